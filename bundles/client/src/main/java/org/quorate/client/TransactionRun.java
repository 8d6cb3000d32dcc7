package org.quorate.client;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;

/**
 * Runs a closure until a run is committed. A try that loses has its few keys reserved; what it read is
 * asked for again at once, and answered when its turn has come: so the turn brings the values, and the
 * next message is the commit. One with many keys reserves them from the third loss on; who has none
 * reserved pauses with decorrelated jitter, bounded by the group's hint.
 */
final class TransactionRun<T> {
  /** Losses after which many keys are reserved. */
  private static final int PATIENCE = 3;

  /** Positions of the log for which they are. */
  private static final int RESERVE = Transaction.MAX_RESERVE;

  private static final long LONGEST_PAUSE_MS = 200;

  /** Before a run that follows one which met another history. */
  private static final long FOREIGN_PAUSE_MS = 20;

  private final KvClient kv;
  private final Isolation level;
  private final Function<KvTransaction, Future<T>> body;
  private final long intent;
  private final long deadlineMs;
  private final Promise<T> promise = Promise.promise();
  private Gtid atLeast;
  private long pauseMs = 1;
  private List<Bytes> expected = List.of();
  private int losses;
  private boolean reserved;

  private record Ran<T>(T value, Outcome outcome) {}

  TransactionRun(
      KvClient kv,
      Isolation level,
      long intent,
      Gtid atLeast,
      Function<KvTransaction, Future<T>> body) {
    this.kv = kv;
    this.level = level;
    this.intent = intent;
    this.atLeast = atLeast;
    this.body = body;
    QuorateClient client = kv.group().client();
    this.deadlineMs = client.nowMs() + client.options().operationTimeoutMs();
  }

  Future<T> start() {
    attempt();
    return promise.future();
  }

  private void attempt() {
    KvTransaction transaction =
        new KvTransaction(kv.group(), level, beginning(), losses > 0, expected);
    kv.transactions().tried();
    if (reserved) {
      kv.transactions().reserved();
    }
    run(transaction)
        .compose(
            value ->
                transaction
                    .commit(intent, RESERVE, losses >= PATIENCE)
                    .map(outcome -> new Ran<>(value, outcome)))
        .onComplete(
            ran -> {
              try {
                finished(transaction, ran);
              } catch (RuntimeException | Error e) {
                Promises.fail(promise, e);
              }
              if (reserved && promise.future().isComplete()) {
                transaction.release(intent, kv.newest());
              }
            });
  }

  private Future<T> run(KvTransaction transaction) {
    try {
      Future<T> run = body.apply(transaction);
      return run != null
          ? run
          : Future.failedFuture(
              new IllegalStateException(
                  "the closure of a transaction returned null where a future is due"));
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  private void finished(KvTransaction transaction, AsyncResult<Ran<T>> ran) {
    Gtid snapshot = transaction.snapshotTaken();
    expected = transaction.keysRead();
    if (transaction.foreign() && ran.failed()) {
      // Nothing was proposed: all it has seen is forgotten, and it is run on what is there now.
      kv.forget(snapshot);
      kv.forget(atLeast);
      atLeast = null;
      again(null, FOREIGN_PAUSE_MS);
      return;
    }
    if (snapshot != null) {
      kv.saw(snapshot);
    }
    if (ran.succeeded()) {
      ended(ran.result(), snapshot);
    } else if (transaction.stale()) {
      kv.transactions().doomed();
      losses++;
      again(null, 0);
    } else {
      Promises.fail(promise, ran.cause());
    }
  }

  private ReadLevel beginning() {
    if (atLeast == null) {
      return ReadLevel.LINEARIZABLE;
    }
    return reserved
        ? new ReadLevel.Turn(atLeast, kv.group().sessionNow(), intent)
        : new ReadLevel.Causal(atLeast);
  }

  private void ended(Ran<T> ran, Gtid snapshot) {
    if (ran.outcome() instanceof Outcome.Committed c) {
      kv.saw(c.gtid());
      boolean wrote = c.gtid().version() != 0;
      reserved = reserved && !wrote;
      if (wrote && snapshot.historyId() != c.gtid().historyId()) {
        Promises.fail(promise, HistoryException.atTheCommit(snapshot, c.gtid()));
      } else {
        KvClient.decoded(c.result())
            .onSuccess(done -> Promises.complete(promise, ran.value()))
            .onFailure(problem -> Promises.fail(promise, problem));
      }
    } else if (ran.outcome() instanceof Outcome.Executed e) {
      // Only long answers are not kept, and refusals are short.
      kv.saw(e.gtid());
      reserved = false;
      if (snapshot.historyId() != e.gtid().historyId()) {
        Promises.fail(promise, HistoryException.atTheCommit(snapshot, e.gtid()));
      } else {
        Promises.complete(promise, ran.value());
      }
    } else if (ran.outcome() instanceof Outcome.Aborted aborted) {
      Conflict conflict = aborted.conflict();
      kv.transactions().aborted(conflict.reason());
      losses++;
      // No pause was asked for: it has its keys.
      reserved = conflict.retryAfterMs() == 0 && conflict.reason() != Conflict.Reason.HORIZON;
      if (conflict.reason() != Conflict.Reason.HORIZON) {
        // It came after this call: a snapshot with it is fresh enough for every level.
        atLeast = conflict.winner();
      }
      again(aborted, conflict.retryAfterMs());
    } else {
      Promises.fail(promise, new OutcomeException(ran.outcome()));
    }
  }

  private void again(Outcome last, long hintMs) {
    QuorateClient client = kv.group().client();
    if (client.nowMs() > deadlineMs || client.isClosed()) {
      Promises.fail(
          promise,
          new OutcomeException(
              last != null ? last : new Outcome.Overloaded(0, "retries of a transaction")));
      return;
    }
    if (hintMs == 0) {
      pauseMs = 0;
    } else {
      long bound = Math.min(LONGEST_PAUSE_MS, Math.max(hintMs, 3 * pauseMs));
      pauseMs = 1 + client.jitter(Math.max(1, bound));
    }
    client
        .loop()
        .run(
            () -> {
              if (pauseMs == 0) {
                attempt();
              } else {
                client.loop().after(pauseMs, this::attempt);
              }
            });
  }
}
