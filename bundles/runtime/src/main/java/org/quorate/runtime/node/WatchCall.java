package org.quorate.runtime.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Waits for a change of keys of a group at a node that sees them. Who asked need not say that nobody waits
 * any more: it ends by itself.
 *
 * @param version nothing that has changed up to it is told
 */
record WatchCall(GroupId group, List<KeyRange> keys, long version) {
  /** After so long nothing is told, in much less time than an answer is waited for. */
  private static final long WAIT_MS = 5_000;

  private static final Outcome BLIND =
      new Outcome.Rejected(Outcome.Rejection.PARKED, "no changes of the group are seen here");

  Bytes encode() {
    Encoder out = new Encoder().text(group.name()).varint(version);
    return out.list(keys, (to, range) -> range.encode(to)).take();
  }

  static WatchCall decode(Bytes body) {
    Decoder in = new Decoder(body);
    GroupId group = GroupId.of(in.text());
    long version = in.varint();
    return new WatchCall(group, in.list(KeyRange::decode), version);
  }

  /** Tells the version of a change, as of a commit that nobody made; 0 when the time is over. */
  void on(GroupHost host, Consumer<Outcome> then) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    Runnable end =
        host.watch(
            keys,
            version,
            null,
            (reached, none) -> done.complete(reached > 0 ? changed(reached) : BLIND),
            () -> done.complete(BLIND));
    host.loop()
        .run(
            () -> {
              Runnable timer = host.loop().after(WAIT_MS, () -> done.complete(changed(0)));
              done.whenComplete(
                  (outcome, never) -> {
                    timer.run();
                    end.run();
                  });
            });
    done.thenAccept(then);
  }

  private static Outcome changed(long version) {
    return new Outcome.Committed(new Gtid(0, version), 0, Bytes.EMPTY);
  }

  /** The version that was told, 0 for none, -1 if nobody sees changes. */
  static long told(Outcome outcome) {
    return outcome instanceof Outcome.Committed committed ? committed.gtid().version() : -1;
  }
}
