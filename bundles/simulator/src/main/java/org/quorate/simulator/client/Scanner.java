package org.quorate.simulator.client;

import java.util.HashSet;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.linear.Operation;
import org.quorate.simulator.linear.Operation.Action;

/**
 * Reads all registers page by page as they were at one revision. Each scan is a read of every
 * register, in the time that its first page took.
 */
final class Scanner implements Actor {
  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private int left;

  Scanner(int id, int scans, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    left = scans;
    courier = new Courier(id, workload, cluster, rng.split(), true);
  }

  @Override
  public void start() {
    next();
  }

  @Override
  public boolean complete() {
    return left == 0;
  }

  @Override
  public String waiting() {
    return courier.waiting();
  }

  private void next() {
    cluster.queue().after(1000 * rng.around(workload.shape().thinkMeanMs() * 8), this::scan);
  }

  private void scan() {
    KvQuery.Range first =
        new KvQuery.Range(
            KeyRange.prefix(Bytes.utf8("r")), rng.between(1, 3), 0, rng.chance(0.5), false, false);
    new Scan(cluster.queue().nowUs()).ask(first, ReadLevel.LINEARIZABLE);
  }

  private final class Scan implements Call.Answer {
    private final long calledAt;
    private final Set<String> seen = new HashSet<>();
    private long returnedAt;
    private KvQuery.Range query;

    Scan(long calledAt) {
      this.calledAt = calledAt;
    }

    void ask(KvQuery.Range page, ReadLevel level) {
      query = page;
      courier.read(() -> "scan at " + page.revision(), page.encode(), level, this);
    }

    @Override
    public void done(Bytes result, long version, long position) {
      KvResult.RangeDone page = (KvResult.RangeDone) KvResult.decode(result);
      returnedAt = returnedAt == 0 ? cluster.queue().nowUs() : returnedAt;
      for (KvEntry entry : page.entries()) {
        saw(entry.key().utf8(), entry.value().utf8());
      }
      if (page.more()) {
        ask(
            query.after(page),
            new ReadLevel.Causal(new Gtid(cluster.historyId(), page.revision())));
        return;
      }
      for (int i = 1; i <= workload.shape().registers(); i++) {
        if (!seen.contains("r" + i)) {
          saw("r" + i, null);
        }
      }
      over();
    }

    private void saw(String key, String value) {
      if (!seen.add(key)) {
        cluster.broken("ScanHasEachKeyOnce", key + " twice at " + query.revision());
      }
      Action get = new Action.Get();
      workload.first(new Operation(key, courier.id(), calledAt, returnedAt, get, value));
    }

    @Override
    public void unknown() {
      over();
    }
  }

  private void over() {
    if (--left > 0) {
      next();
    }
  }
}
