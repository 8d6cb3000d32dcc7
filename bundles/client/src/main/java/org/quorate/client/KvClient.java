package org.quorate.client;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.MalformedException;

/**
 * A group of the key-value state machine. Thread-safe; never blocks. Futures fail with {@link
 * OutcomeException} when the command was not executed or its fate is not known, and with {@link
 * KvException} when the state machine refused it.
 */
public final class KvClient {
  /** Numbers transactions within all sessions of the process: no two may share an intent. */
  private static final AtomicLong INTENTS = new AtomicLong();

  private final GroupClient group;
  private final AtomicReference<Gtid> seen = new AtomicReference<>();
  private final TransactionCounters counters = new TransactionCounters();

  public KvClient(GroupClient group) {
    this.group = group;
  }

  /** The group that the keys live in. */
  public GroupClient group() {
    return group;
  }

  /** Sets a value; the result is the revision. */
  public Future<Long> put(Bytes key, Bytes value) {
    return execute(KvCommand.put(key, value)).map(KvResult::revision);
  }

  /** Deletes a key; true if it was there. */
  public Future<Boolean> delete(Bytes key) {
    return execute(KvCommand.delete(key)).map(r -> as(r, KvResult.Deleted.class).count() > 0);
  }

  /** Adds to a number; the result is the sum. */
  public Future<Long> add(Bytes key, long delta) {
    return execute(new KvCommand.Add(key, delta)).map(r -> as(r, KvResult.Added.class).newValue());
  }

  /**
   * Adds to a number unless the sum would be less than a bound: then it fails with OUT_OF_BOUNDS.
   */
  public Future<Long> add(Bytes key, long delta, long min) {
    return execute(new KvCommand.Add(key, delta, min))
        .map(r -> as(r, KvResult.Added.class).newValue());
  }

  /**
   * Sets a value if the key has the expected one; never aborted by a conflict.
   *
   * @param expected null to put only if the key is absent
   */
  public Future<Boolean> compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return execute(new KvCommand.CompareAndSet(key, expected, value))
        .map(r -> as(r, KvResult.Swapped.class).succeeded());
  }

  /** The entry of a key, or null; sees every write acknowledged before. */
  public Future<KvEntry> get(Bytes key) {
    return get(key, ReadLevel.LINEARIZABLE);
  }

  /** The entry of a key, or null. */
  public Future<KvEntry> get(Bytes key, ReadLevel level) {
    return query(KvQuery.get(key), level).map(r -> as(r, KvResult.GetDone.class).entry());
  }

  /** The first entries of a range, in order; follow pages with {@link KvQuery.Range#after}. */
  public Future<KvResult.RangeDone> range(KeyRange keys, int limit) {
    return query(KvQuery.range(keys, limit), ReadLevel.LINEARIZABLE)
        .map(r -> as(r, KvResult.RangeDone.class));
  }

  /** Executes any command. */
  public Future<KvResult> execute(KvCommand command) {
    return group
        .propose(command.encode())
        .compose(
            outcome -> {
              if (outcome instanceof Outcome.Committed c) {
                saw(c.gtid());
              }
              return result(outcome);
            });
  }

  /** Answers any query. */
  public Future<KvResult> query(KvQuery query, ReadLevel level) {
    return group
        .read(query.encode(), level)
        .compose(
            outcome -> {
              if (outcome instanceof ReadOutcome.Answered a) {
                saw(a.gtid());
              }
              return answer(outcome);
            });
  }

  static Future<KvResult> result(Outcome outcome) {
    return outcome instanceof Outcome.Committed c
        ? decoded(c.result())
        : Future.failedFuture(new OutcomeException(outcome));
  }

  static Future<KvResult> answer(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Answered a) {
      return decoded(a.result());
    }
    return Future.failedFuture(new OutcomeException(((ReadOutcome.Unanswered) outcome).why()));
  }

  static Future<KvResult> decoded(Bytes encoded) {
    try {
      KvResult result = KvResult.decode(encoded);
      return result instanceof KvResult.Failed failed
          ? Future.failedFuture(new KvException(failed))
          : Future.succeededFuture(result);
    } catch (MalformedException e) {
      return Future.failedFuture(e);
    }
  }

  static <T extends KvResult> T as(KvResult result, Class<T> kind) {
    if (!kind.isInstance(result)) {
      throw new IllegalStateException(
          "expected " + kind.getSimpleName() + ", the group answered " + result);
    }
    return kind.cast(result);
  }

  /**
   * Runs a closure that reads a snapshot and collects writes, and commits them as one if nothing
   * that was read has changed; runs it again, on a newer snapshot, if something has. The closure may
   * run several times: it must have no other effects. At level STRICT.
   *
   * @return what the closure returned in the run that was committed; failed with what the closure
   *     threw or failed with, an IllegalStateException if it returned null, an {@link
   *     OutcomeException}, or a {@link HistoryException} if the group was bootstrapped by force
   *     between what was read and the commit
   */
  public <T> Future<T> transact(Function<KvTransaction, Future<T>> body) {
    return transact(Isolation.STRICT, body);
  }

  /**
   * As above, at another level. SNAPSHOT and SERIALIZABLE begin with what this client has seen, its
   * own writes included, and ask no quorum for it; STRICT sees every write acknowledged to anybody.
   */
  public <T> Future<T> transact(Isolation level, Function<KvTransaction, Future<T>> body) {
    Gtid atLeast = level == Isolation.STRICT ? null : seen.get();
    return new TransactionRun<>(this, level, INTENTS.incrementAndGet(), atLeast, body).start();
  }

  /** What became of the tries of {@link #transact}. */
  public TransactionCounters transactions() {
    return counters;
  }

  /** The newest version that this client has seen. */
  Gtid newest() {
    return seen.get();
  }

  /** Later transactions of this client see at least this. */
  void saw(Gtid gtid) {
    if (gtid.version() == 0) {
      return;
    }
    seen.accumulateAndGet(
        gtid,
        (old, now) ->
            old != null && old.historyId() == now.historyId() && old.version() > now.version()
                ? old
                : now);
  }

  /** It is of a history that has ended: nobody will ever have it again. */
  void forget(Gtid gtid) {
    if (gtid != null) {
      seen.updateAndGet(now -> now != null && now.historyId() == gtid.historyId() ? null : now);
    }
  }

  /**
   * Watches a range.
   *
   * @param from first revision wanted; 0 for what comes from now on
   * @param listener called on the client's loop
   * @return ends the watch when it is run
   */
  public Runnable watch(KeyRange keys, long from, KvWatch.Listener listener) {
    KvWatch watch = new KvWatch(group, keys, from, listener);
    watch.start();
    return watch::cancel;
  }
}
