package org.quorate.simulator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.client.Transacted.Access;
import org.quorate.simulator.client.Transacted.Fate;
import org.quorate.simulator.engine.Rng;

/**
 * Reads lists at a snapshot, one by one or as a range, and appends to some of them, certified; or
 * does both in one conditional transaction of the state machine. What it saw goes into a history. A
 * persistent one that loses has its keys reserved, and runs the same again when its turn has come.
 */
final class Transactor implements Actor {
  private static final Bytes PREFIX = Bytes.utf8("l");
  private static final int LISTS = 4;
  private static final int TRIES = 12;
  private static final int RESERVED_POSITIONS = 2_000;

  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private int left;
  private long values;

  Transactor(int id, int transactions, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    left = transactions;
    values = id * 1_000L;
    courier = new Courier(id, workload, cluster, rng.split(), false);
  }

  /** A transaction that reads, and then appends. */
  private final class Run {
    final long calledUs = cluster.queue().nowUs();
    final boolean reads;
    final boolean whole;
    final List<String> wanted;
    final List<String> written;
    final int tries;
    final TreeMap<String, long[]> seen = new TreeMap<>();
    final List<Access> accesses = new ArrayList<>();
    long snapshot;

    Run() {
      reads = rng.chance(0.25);
      whole = rng.chance(0.4);
      wanted = pick(rng.between(1, 3));
      written = reads ? List.of() : pick(rng.between(1, 2));
      tries = 1;
    }

    /** The same once more. */
    Run(Run before) {
      reads = before.reads;
      whole = before.whole;
      wanted = before.wanted;
      written = before.written;
      tries = before.tries + 1;
    }

    /** Equal in all its tries. */
    long intent() {
      return left;
    }
  }

  @Override
  public void start() {
    courier.start();
    next();
  }

  @Override
  public String waiting() {
    return courier.waiting();
  }

  @Override
  public boolean complete() {
    return left == 0;
  }

  private List<String> pick(int count) {
    List<String> keys = new ArrayList<>();
    int first = rng.between(1, LISTS);
    for (int i = 0; i < count; i++) {
      keys.add("l" + (1 + (first + i) % LISTS));
    }
    return keys;
  }

  private void next() {
    after(2 + rng.around(workload.shape().thinkMeanMs() * 2), this::begin);
  }

  private void begin() {
    if (!courier.ready()) {
      after(10, this::begin);
    } else if (left == 1) {
      readAll(); // a history tells the more the more is read at its end
    } else if (rng.chance(0.3)) {
      atOnce();
    } else {
      snapshot(new Run());
    }
  }

  // ---- reads at a snapshot -----------------------------------------------------------------

  private void readAll() {
    Run run = new Run();
    range(run, ReadLevel.LINEARIZABLE, true);
  }

  /** STRICT wants the newest state; the others are content with what any replica has. */
  private void snapshot(Run run) {
    boolean newest = workload.shape().level() == Isolation.STRICT || rng.chance(0.3);
    read(run, newest ? ReadLevel.LINEARIZABLE : ReadLevel.LOCAL);
  }

  private void read(Run run, ReadLevel level) {
    if (run.whole) {
      range(run, level, run.reads);
    } else {
      get(run, level);
    }
  }

  private void range(Run run, ReadLevel level, boolean last) {
    KvQuery query = KvQuery.range(KeyRange.prefix(PREFIX), 0);
    courier.read(
        () -> "lists",
        query.encode(),
        level,
        new Ending(run) {
          @Override
          public void done(Bytes result, long version, long position) {
            KvResult.RangeDone all = (KvResult.RangeDone) KvResult.decode(result);
            run.snapshot = all.revision();
            for (int i = 1; i <= LISTS; i++) {
              run.seen.put("l" + i, new long[0]);
            }
            all.entries().forEach(e -> run.seen.put(e.key().utf8(), list(e)));
            run.seen.forEach((key, list) -> run.accesses.add(new Access(key, false, list)));
            if (last) {
              over(run, Fate.COMMITTED, 0);
            } else {
              append(run);
            }
          }
        });
  }

  private void get(Run run, ReadLevel level) {
    String key = run.wanted.get(run.seen.size());
    KvQuery query = new KvQuery.Get(Bytes.utf8(key), run.snapshot);
    courier.read(
        () -> "list " + key + " at " + run.snapshot,
        query.encode(),
        level,
        new Ending(run) {
          @Override
          public void done(Bytes result, long version, long position) {
            KvResult.GetDone got = (KvResult.GetDone) KvResult.decode(result);
            if (got.revision() == 0) {
              over(run, Fate.ABORTED, 0); // nothing is there yet, and 0 would mean the latest
              return;
            }
            run.snapshot = got.revision();
            long[] list = got.entry() == null ? new long[0] : list(got.entry());
            run.seen.put(key, list);
            run.accesses.add(new Access(key, false, list));
            if (run.seen.size() < run.wanted.size()) {
              Gtid at = new Gtid(cluster.historyId(), run.snapshot);
              get(run, new ReadLevel.Causal(at));
            } else if (run.reads) {
              over(run, Fate.COMMITTED, 0);
            } else {
              append(run);
            }
          }
        });
  }

  // ---- commits -----------------------------------------------------------------------------

  private void append(Run run) {
    if (!courier.ready()) {
      over(run, Fate.ABORTED, 0);
      return;
    }
    List<KvCommand> commands = new ArrayList<>();
    List<Bytes> keys = new ArrayList<>();
    for (String key : run.written) {
      commands.add(appended(run, key));
      keys.add(Bytes.utf8(key));
    }
    Transaction transaction =
        new Transaction(
            run.snapshot,
            workload.shape().level(),
            run.whole ? List.of() : run.wanted.stream().map(Bytes::utf8).toList(),
            run.whole ? List.of(KeyRange.prefix(PREFIX)) : List.of(),
            keys,
            workload.shape().persistent() ? run.intent() : 0,
            workload.shape().persistent() ? RESERVED_POSITIONS : 0);
    courier.write(
        () -> "append " + run.written + " at " + run.snapshot,
        new KvCommand.Txn(List.of(), commands, List.of()).encode(),
        transaction,
        new Ending(run) {
          @Override
          public void done(Bytes result, long version, long position) {
            over(run, Fate.COMMITTED, version);
          }

          @Override
          public void refused() {
            if (workload.shape().persistent() && run.tries < TRIES) {
              again(run);
            } else {
              over(run, Fate.ABORTED, 0);
            }
          }

          @Override
          public void unknown() {
            over(run, Fate.UNKNOWN, 0);
          }
        });
  }

  /** What it builds upon next it reads in its turn. */
  private void again(Run lost) {
    record(lost, Fate.ABORTED, 0);
    if (rng.chance(0.05)) {
      courier.takenForGone();
    }
    Gtid least = new Gtid(cluster.historyId(), lost.snapshot);
    long session = courier.session();
    after(
        rng.between(0, 20),
        () -> read(new Run(lost), new ReadLevel.Turn(least, session, lost.intent())));
  }

  private KvCommand appended(Run run, String key) {
    long value = ++values;
    run.accesses.add(new Access(key, true, value));
    return new KvCommand.Append(Bytes.utf8(key), Bytes.utf8(value + ","));
  }

  /** Reads and appends where the command is ordered; needs no certificate. */
  private void atOnce() {
    Run run = new Run();
    List<KvCommand> commands = new ArrayList<>();
    List<KvCommand> refused = new ArrayList<>();
    for (String key : run.wanted) {
      commands.add(new KvCommand.Read(KvQuery.get(Bytes.utf8(key))));
      refused.add(commands.get(commands.size() - 1));
    }
    List<Access> appends = new ArrayList<>();
    for (String key : run.written) {
      commands.add(appended(run, key));
    }
    appends.addAll(run.accesses);
    run.accesses.clear();
    boolean condition = rng.chance(0.5);
    List<Compare> compares =
        condition ? List.of(Compare.present(Bytes.utf8(run.wanted.get(0)))) : List.of();
    // No two commands of a simulation are equal: a read alone is told apart by what it never puts.
    refused.add(KvCommand.put(Bytes.utf8("x"), Bytes.utf8(Long.toString(++values))));
    courier.write(
        () -> "at once " + run.wanted + run.written,
        new KvCommand.Txn(compares, commands, refused).encode(),
        null,
        new Ending(run) {
          @Override
          public void done(Bytes result, long version, long position) {
            KvResult.TxnDone txn = (KvResult.TxnDone) KvResult.decode(result);
            for (int i = 0; i < run.wanted.size(); i++) {
              KvEntry entry = ((KvResult.GetDone) txn.results().get(i)).entry();
              long[] list = entry == null ? new long[0] : list(entry);
              run.accesses.add(new Access(run.wanted.get(i), false, list));
              if (i == 0 && condition && txn.succeeded() != (entry != null)) {
                cluster.broken("ConditionHolds", "condition on " + run.wanted + " and " + txn);
              }
            }
            run.accesses.addAll(txn.succeeded() ? appends : List.of());
            over(run, Fate.COMMITTED, version);
          }

          @Override
          public void unknown() {
            run.accesses.addAll(appends);
            over(run, Fate.UNKNOWN, 0);
          }
        });
  }

  // ---- ends --------------------------------------------------------------------------------

  private abstract class Ending implements Call.Answer {
    private final Run run;

    Ending(Run run) {
      this.run = run;
    }

    @Override
    public void refused() {
      over(run, Fate.ABORTED, 0);
    }

    @Override
    public void unknown() {
      over(run, Fate.ABORTED, 0); // given up before anything was asked to be written
    }
  }

  private void record(Run run, Fate fate, long version) {
    long now = cluster.queue().nowUs();
    if (cluster.tracing()) {
      courier.trace("<- transaction " + fate + " " + version);
    }
    workload.transacted(
        new Transacted(courier.id(), run.calledUs, now, fate, version, run.accesses));
  }

  private void over(Run run, Fate fate, long version) {
    record(run, fate, version);
    left--;
    if (left > 0) {
      next();
    }
  }

  private static long[] list(KvEntry entry) {
    String text = entry.value().utf8();
    String[] parts = text.isEmpty() ? new String[0] : text.split(",");
    long[] list = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      list[i] = Long.parseLong(parts[i]);
    }
    return list;
  }

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }
}
