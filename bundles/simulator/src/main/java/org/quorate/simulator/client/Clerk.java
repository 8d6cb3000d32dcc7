package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.engine.Rng;

/**
 * Moves amounts between the accounts of a bank, certified or by comparing what was read: whoever
 * reads all accounts finds the sum 0.
 */
final class Clerk implements Actor {
  private static final Bytes PREFIX = Bytes.utf8("a");
  private static final int ACCOUNTS = 3;

  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private int left;
  private int marks;

  Clerk(int id, int transfers, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    left = transfers;
    courier = new Courier(id, workload, cluster, rng.split(), false);
  }

  @Override
  public void start() {
    courier.start();
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
    cluster.queue().after(1000 * (2 + rng.around(workload.shape().thinkMeanMs() * 2)), this::begin);
  }

  private void begin() {
    if (!courier.ready()) {
      cluster.queue().after(10_000, this::begin);
      return;
    }
    courier.read(
        () -> "accounts",
        KvQuery.range(KeyRange.prefix(PREFIX), 0).encode(),
        rng.chance(0.5) ? ReadLevel.LOCAL : ReadLevel.LINEARIZABLE,
        new Ending() {
          @Override
          public void done(Bytes result, long version, long position) {
            KvResult.RangeDone all = (KvResult.RangeDone) KvResult.decode(result);
            count(all);
            if (courier.ready() && rng.chance(0.8)) {
              transfer(all);
            } else {
              over();
            }
          }
        });
  }

  private void count(KvResult.RangeDone all) {
    long sum = 0;
    for (KvEntry entry : all.entries()) {
      sum += amount(entry);
    }
    if (sum != 0) {
      cluster.broken("BankTotal", "at revision " + all.revision() + " the sum is " + sum);
    }
  }

  private static long amount(KvEntry entry) {
    String text = entry == null ? "0;" : entry.value().utf8();
    return Long.parseLong(text.substring(0, text.indexOf(';')));
  }

  private void transfer(KvResult.RangeDone all) {
    TreeMap<String, KvEntry> found = new TreeMap<>();
    all.entries().forEach(e -> found.put(e.key().utf8(), e));
    int from = rng.between(1, ACCOUNTS);
    int to = 1 + from % ACCOUNTS;
    long amount = rng.between(1, 9);
    List<KvCommand> puts = new ArrayList<>();
    List<Compare> compares = new ArrayList<>();
    List<Bytes> keys = new ArrayList<>();
    for (int account : new int[] {from, to}) {
      Bytes key = Bytes.utf8("a" + account);
      KvEntry entry = found.get("a" + account);
      long now = amount(entry) + (account == from ? -amount : amount);
      puts.add(KvCommand.put(key, Bytes.utf8(now + ";" + courier.id() + "." + ++marks)));
      compares.add(Compare.unchanged(key, entry == null ? 0 : entry.modRevision()));
      keys.add(key);
    }
    boolean certified = rng.chance(0.5);
    Isolation level = rng.chance(0.5) ? Isolation.SNAPSHOT : Isolation.SERIALIZABLE;
    courier.write(
        () -> "move " + amount + " from " + from + " to " + to,
        new KvCommand.Txn(certified ? List.of() : compares, puts, List.of()).encode(),
        certified ? new Transaction(all.revision(), level, keys, List.of(), keys) : null,
        new Ending() {
          @Override
          public void done(Bytes result, long version, long position) {
            over();
          }
        });
  }

  private abstract class Ending implements Call.Answer {
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
