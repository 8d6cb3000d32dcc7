package org.quorate.cli.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;

/**
 * Batches on their way. Sends and waits on one thread; answers come on others. What is acknowledged
 * is counted up to the first batch that is not.
 */
final class InFlight {
  /** A batch that will never be acknowledged: the load ends here. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped(Throwable cause) {
      super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  private static final class Sent {
    private final Batch batch;
    private boolean acknowledged;

    Sent(Batch batch) {
      this.batch = batch;
    }
  }

  private final Function<KvCommand, CompletionStage<KvResult>> target;
  private final Rejects rejects;
  private final int limit;
  private final Deque<Sent> sent = new ArrayDeque<>();
  private final Set<Bytes> keys = new HashSet<>();
  private int waiting;
  private Throwable failure;
  private long acknowledged;
  private long written;
  private long unchanged;

  InFlight(
      Function<KvCommand, CompletionStage<KvResult>> target,
      Rejects rejects,
      int limit,
      long acknowledged) {
    this.target = target;
    this.rejects = rejects;
    this.limit = limit;
    this.acknowledged = acknowledged;
  }

  /** Sends a batch once there is room; one without rows only counts. */
  void send(Batch batch) throws InterruptedException {
    Sent entry = new Sent(batch);
    synchronized (this) {
      while (waiting >= limit && failure == null) {
        wait();
      }
      check();
      waiting++;
      sent.addLast(entry);
      keys.addAll(batch.keys());
    }
    if (batch.size() == 0) {
      finished(entry);
    } else {
      submit(entry);
    }
  }

  private void submit(Sent entry) {
    execute(
        entry.batch.rows(),
        result -> {
          if (result instanceof KvResult.TxnDone done) {
            done.results().forEach(this::count);
            finished(entry);
          } else {
            one(entry, 0);
          }
        });
  }

  /** After a batch was refused as a whole: each row alone, to find which are at fault. */
  private void one(Sent entry, int index) {
    if (index == entry.batch.size()) {
      finished(entry);
      return;
    }
    execute(
        List.of(entry.batch.rows().get(index)),
        result -> {
          if (result instanceof KvResult.TxnDone done) {
            done.results().forEach(this::count);
          } else {
            String why = result instanceof KvResult.Failed f ? f.message() : result.toString();
            rejects.add(entry.batch.raw(index), why);
          }
          one(entry, index + 1);
        });
  }

  /** Whatever goes wrong, with the answer as well, ends the load: who waits for it must hear of it. */
  private void execute(List<Row> rows, Consumer<KvResult> then) {
    target
        .apply(Loader.putIfDifferent(rows))
        .whenComplete(
            (result, thrown) -> {
              try {
                if (thrown == null) {
                  then.accept(result);
                } else {
                  fail(thrown);
                }
              } catch (RuntimeException e) {
                fail(e);
              }
            });
  }

  private synchronized void count(KvResult result) {
    if (result instanceof KvResult.TxnDone done && done.succeeded()) {
      unchanged++;
    } else {
      written++;
    }
  }

  private synchronized void finished(Sent entry) {
    entry.acknowledged = true;
    keys.removeAll(entry.batch.keys());
    waiting--;
    while (!sent.isEmpty() && sent.peekFirst().acknowledged) {
      acknowledged = Math.max(acknowledged, sent.removeFirst().batch.upTo());
    }
    notifyAll();
  }

  private synchronized void fail(Throwable thrown) {
    failure = thrown;
    notifyAll();
  }

  private void check() {
    if (failure != null) {
      throw new Stopped(failure);
    }
  }

  /** Waits until nothing is on its way. */
  synchronized void drain() throws InterruptedException {
    while (waiting > 0 && failure == null) {
      wait();
    }
    check();
  }

  /** Whether a batch on its way writes this key. */
  synchronized boolean holds(Bytes key) {
    return keys.contains(key);
  }

  /** Every record up to this number is acknowledged or rejected. */
  synchronized long acknowledged() {
    return acknowledged;
  }

  synchronized long written() {
    return written;
  }

  synchronized long unchanged() {
    return unchanged;
  }
}
