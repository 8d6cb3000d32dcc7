package org.quorate.simulator.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.Isolation;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvQuery;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.linear.Operation;
import org.quorate.simulator.linear.Operation.Action;

/** Reads and writes single keys; what it sees must be linearizable. */
final class RegisterClient {
  private static final int WINDOW = 3;

  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final Courier courier;
  private final int window;
  private final String padding;
  private final Map<String, String> lastSeen = new HashMap<>();
  private int marks;

  RegisterClient(int id, Workload workload, Cluster cluster, Rng rng) {
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    courier = new Courier(id, workload, cluster, rng.split(), rng.chance(0.2));
    padding = "_".repeat(workload.shape().paddingBytes());
    window = rng.chance(0.3) ? WINDOW : 1;
  }

  void start() {
    for (int i = 0; i < window; i++) {
      next();
    }
    courier.start();
  }

  String waiting() {
    return courier.waiting();
  }

  private void next() {
    after(1 + rng.around(workload.shape().thinkMeanMs()), this::begin);
  }

  private void begin() {
    if (!courier.ready()) {
      after(10, this::begin);
    } else if (workload.take()) {
      choose();
    }
  }

  private void choose() {
    boolean counter = rng.chance(0.3);
    int of = counter ? workload.shape().counters() : workload.shape().registers();
    String key = (counter ? "n" : "r") + rng.between(1, of);
    if (rng.chance(0.35) || counter && workload.delta(key) == 0) {
      read(key, false);
    } else if (counter) {
      long delta = workload.delta(key);
      workload.took(key);
      write(key, new Action.Add(delta), null);
    } else {
      String value = "v" + courier.id() + "." + ++marks + padding;
      switch (rng.weighted(new int[] {5, 2, 1, 2})) {
        case 0 -> write(key, new Action.Put(value), null);
        case 1 -> write(key, new Action.CompareAndSet(lastSeen.get(key), value), null);
        case 2 -> write(key, new Action.Delete(), null);
        default -> read(key, true);
      }
    }
  }

  private void read(String key, boolean thenTransact) {
    Action action = new Action.Get();
    long calledAt = now();
    courier.read(
        () -> action + " on " + key,
        new KvQuery.Get(Bytes.utf8(key), 0).encode(),
        ReadLevel.LINEARIZABLE,
        new Call.Answer() {
          @Override
          public void done(Bytes result, long version, long position) {
            String value = answer(key, action, result);
            lastSeen.put(key, value);
            Operation seen = new Operation(key, courier.id(), calledAt, now(), action, value);
            if (thenTransact && courier.ready()) {
              workload.first(seen);
              transact(key, value, version);
            } else {
              over(seen);
            }
          }

          @Override
          public void unknown() {
            over(null);
          }
        });
  }

  /** Certified: takes effect only if nobody has written the key since it was read. */
  private void transact(String key, String seen, long version) {
    Bytes k = Bytes.utf8(key);
    write(
        key,
        new Action.CompareAndSet(seen, "t" + courier.id() + "." + ++marks),
        new Transaction(version, Isolation.SERIALIZABLE, List.of(k), List.of(), List.of(k)));
  }

  private void write(String key, Action action, Transaction transaction) {
    long calledAt = now();
    courier.write(
        () -> action + " on " + key,
        Commands.encode(key, action, "m" + courier.id() + "." + ++marks),
        transaction,
        new Call.Answer() {
          @Override
          public void done(Bytes result, long version, long position) {
            String answer = answer(key, action, result);
            workload.changes().acknowledged(key, action, answer, version);
            over(new Operation(key, courier.id(), calledAt, now(), action, answer));
          }

          @Override
          public void refused() {
            over(null);
          }

          @Override
          public void unknown() {
            over(new Operation(key, courier.id(), calledAt, Operation.NEVER, action, null));
          }
        });
  }

  private String answer(String key, Action action, Bytes result) {
    String answer;
    try {
      answer = Commands.answer(action, result);
    } catch (RuntimeException e) {
      cluster.broken("AnswerFitsCommand", action + " on " + key + ": " + e);
      throw e;
    }
    if (cluster.tracing()) {
      courier.trace("<- " + action + " on " + key + " = " + answer);
    }
    return answer;
  }

  private void over(Operation operation) {
    workload.finished(operation);
    next();
  }

  private long now() {
    return cluster.queue().nowUs();
  }

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }
}
