package org.quorate.simulator.client;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.engine.Rng;

/** Watches all keys from the beginning, at whatever node answers, until it has seen the end. */
final class Watcher implements Actor {
  private static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private long next = 1;

  Watcher(int id, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    courier = new Courier(id, workload, cluster, rng.split(), true);
  }

  @Override
  public void start() {
    later();
  }

  /** It has seen every change that a client was told of. */
  @Override
  public boolean complete() {
    return next > workload.changes().newest();
  }

  @Override
  public String waiting() {
    return complete() ? "" : " watcher " + courier.id() + " from " + next;
  }

  private void later() {
    cluster.queue().after(1000 * rng.between(20L, 400L), this::ask);
  }

  private void ask() {
    int limit = rng.pick(List.of(0, 1, 7, 40));
    ReadLevel level =
        next > 1 ? new ReadLevel.Causal(new Gtid(cluster.historyId(), next - 1)) : ReadLevel.LOCAL;
    courier.read(
        () -> "changes from " + next,
        new KvQuery.Changes(ALL, next, limit, 0, false).encode(),
        level,
        new Call.Answer() {
          @Override
          public void done(Bytes result, long version, long position) {
            told((KvResult.ChangesDone) KvResult.decode(result));
          }

          @Override
          public void unknown() {
            later();
          }
        });
  }

  private void told(KvResult.ChangesDone changes) {
    long revision = next - 1;
    Bytes key = null;
    for (KvEvent event : changes.events()) {
      Bytes now = event.entry().key();
      boolean rises =
          event.revision() > revision
              || event.revision() == revision && key != null && now.compareTo(key) > 0;
      if (!rises || event.revision() > changes.upTo()) {
        cluster.broken("WatchInOrder", event + " after revision " + revision + " key " + key);
      }
      revision = event.revision();
      key = now;
    }
    if (changes.upTo() >= next) {
      String wrong = workload.changes().saw(next, changes.upTo(), changes.events());
      if (wrong != null) {
        cluster.broken("WatchMissesNothing", wrong);
      }
      next = changes.upTo() + 1;
    }
    later();
  }
}
