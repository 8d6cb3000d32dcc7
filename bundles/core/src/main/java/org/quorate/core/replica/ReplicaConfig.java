package org.quorate.core.replica;

import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Membership;

/**
 * What a group was created with, equal on all its members: the genesis of its history.
 *
 * @param historyId random identity of the history
 * @param storage name of the state storage
 */
public record ReplicaConfig(
    GroupId group,
    long historyId,
    String strategy,
    String storage,
    Membership genesis,
    Options options) {
  private static final int FORMAT = 1;

  public Bytes encode() {
    Encoder out = new Encoder();
    out.u8(FORMAT).text(group.name()).i64(historyId).text(strategy).text(storage);
    genesis.encode(out);
    Map<String, String> sorted = new TreeMap<>(options.values());
    out.list(sorted.entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
    return out.take();
  }

  /** Throws MalformedException, also for a format of a newer version. */
  public static ReplicaConfig decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT) {
      throw new org.quorate.api.wire.MalformedException(
          "group manifest of format " + format + ", this version reads " + FORMAT, 0);
    }
    GroupId group = GroupId.of(in.text());
    long historyId = in.i64();
    String strategy = in.text();
    String storage = in.text();
    Membership genesis = Membership.decode(in);
    Map<String, String> options = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      options.put(in.text(), in.text());
    }
    in.end();
    return new ReplicaConfig(group, historyId, strategy, storage, genesis, new Options(options));
  }
}
