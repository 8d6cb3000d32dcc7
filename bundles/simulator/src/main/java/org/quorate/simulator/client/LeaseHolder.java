package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.engine.Rng;

/**
 * Takes leases with keys on them, renews them for a while, and closes or forgets them: none ends
 * early, all end, and the keys go with them.
 */
final class LeaseHolder implements Actor {
  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private final List<Long> forgotten = new ArrayList<>();
  private int left;
  private int opened;

  LeaseHolder(int id, int leases, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    left = leases;
    courier = new Courier(id, workload, cluster, rng.split(), true);
  }

  @Override
  public void start() {
    after(rng.between(1, 500), this::open);
  }

  /** Also the leases that nobody renews any more have ended. */
  @Override
  public boolean complete() {
    return left == 0 && forgotten.stream().allMatch(cluster.leases()::ended);
  }

  @Override
  public String waiting() {
    return complete() ? "" : " lease holder " + courier.id() + ": " + left + " " + forgotten;
  }

  private void open() {
    long ttlMs = rng.pick(List.of(300L, 700L, 1_500L));
    int attempt = ++opened;
    long calledUs = cluster.queue().nowUs();
    cluster.call(
        courier.target(),
        r -> r.openSession(ttlMs, o -> cluster.reply(() -> opened(attempt, ttlMs, calledUs, o))));
    after(1_000, () -> openAgain(attempt));
  }

  private void openAgain(int attempt) {
    if (attempt == opened) {
      courier.redirect();
      open();
    }
  }

  private void opened(int attempt, long ttlMs, long calledUs, Outcome outcome) {
    if (attempt != opened) {
      return;
    }
    if (outcome instanceof Committed done) {
      opened++;
      long lease = done.result().longAt(0);
      cluster.leases().opened(lease, ttlMs, calledUs);
      courier.trace("lease " + lease + " of " + ttlMs + " ms");
      Bytes key = Bytes.utf8("e" + lease);
      courier.write(
          () -> "key of lease " + lease,
          new KvCommand.Put(key, Bytes.utf8("held"), lease, false).encode(),
          null,
          IGNORED);
      renew(lease, ttlMs, rng.between(0, 8));
    } else {
      courier.redirect(outcome);
      after(30, () -> openAgain(attempt));
    }
  }

  private void renew(long lease, long ttlMs, int times) {
    if (times == 0) {
      after(rng.between(0L, ttlMs / 2), () -> letGo(lease));
      return;
    }
    long calledUs = cluster.queue().nowUs();
    NodeId node = rng.chance(0.2) ? rng.pick(cluster.nodeIds()) : courier.target();
    cluster.call(
        node,
        r ->
            r.keepAlive(
                List.of(lease),
                o ->
                    cluster.reply(
                        () -> {
                          if (!(o instanceof Committed done)) {
                            courier.redirect(o);
                          } else if (!Courier.gone(done).contains(lease)) {
                            cluster.leases().renewed(lease, calledUs);
                          }
                        })));
    after(ttlMs / 3, () -> renew(lease, ttlMs, times - 1));
  }

  private void letGo(long lease) {
    if (rng.chance(0.3)) {
      cluster.leases().closing(lease);
      cluster.call(courier.target(), r -> r.closeSession(lease, o -> {}));
    }
    forgotten.add(lease);
    watchEnd(lease);
    if (--left > 0) {
      after(rng.between(1, 400), this::open);
    }
  }

  /** A key goes with its lease: who reads after the end does not find it. */
  private void watchEnd(long lease) {
    if (!cluster.leases().ended(lease)) {
      after(100, () -> watchEnd(lease));
      return;
    }
    courier.read(
        () -> "key of ended lease " + lease,
        KvQuery.get(Bytes.utf8("e" + lease)).encode(),
        ReadLevel.LINEARIZABLE,
        new Call.Answer() {
          @Override
          public void done(Bytes result, long version, long position) {
            KvResult.GetDone got = (KvResult.GetDone) KvResult.decode(result);
            if (got.entry() != null) {
              cluster.broken("KeysGoWithTheirLease", got.entry() + " at " + got.revision());
            }
          }

          @Override
          public void unknown() {}
        });
  }

  private static final Call.Answer IGNORED =
      new Call.Answer() {
        @Override
        public void done(Bytes result, long version, long position) {}

        @Override
        public void unknown() {}
      };

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }
}
