package org.quorate.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Function;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.Outcome;

/**
 * Runs a closure until a run is committed: pauses of decorrelated jitter, at least as long as the
 * group's hint suggests; from the third loss on each try reserves its keys, so that the next wins.
 */
final class TransactionRun<T> {
  /** Losses after which the keys are reserved. */
  private static final int PATIENCE = 3;

  /** Positions of the log for which they are. */
  private static final int RESERVE = 16_384;

  private static final long LONGEST_PAUSE_MS = 200;

  private final KvClient kv;
  private final Isolation level;
  private final Function<KvTransaction, Future<T>> body;
  private final long intent;
  private final long deadlineMs;
  private final Promise<T> promise = Promise.promise();
  private Gtid atLeast;
  private long pauseMs = 1;
  private int losses;

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
    boolean reserve = losses >= PATIENCE;
    KvTransaction transaction = new KvTransaction(kv.group(), level, atLeast, reserve);
    kv.transactions().tried();
    if (reserve) {
      kv.transactions().reserved();
    }
    Future<T> run;
    try {
      run = body.apply(transaction);
    } catch (RuntimeException e) {
      run = Future.failedFuture(e);
    }
    run.compose(
            value ->
                transaction
                    .commit(intent, reserve ? RESERVE : 0)
                    .map(outcome -> new Ran<>(value, outcome)))
        .onComplete(
            ran -> {
              if (transaction.snapshotTaken() != null) {
                kv.saw(transaction.snapshotTaken());
              }
              if (ran.succeeded()) {
                ended(ran.result());
              } else if (transaction.stale()) {
                kv.transactions().doomed();
                losses++;
                again(null, 0);
              } else {
                promise.fail(ran.cause());
              }
            });
  }

  private void ended(Ran<T> ran) {
    if (ran.outcome() instanceof Outcome.Committed c) {
      kv.saw(c.gtid());
      KvClient.decoded(c.result()).<T>map(done -> ran.value()).onComplete(promise);
    } else if (ran.outcome() instanceof Outcome.Aborted aborted) {
      Conflict conflict = aborted.conflict();
      kv.transactions().aborted(conflict.reason());
      losses++;
      if (conflict.reason() != Conflict.Reason.HORIZON) {
        // It came after this call: a snapshot with it is fresh enough for every level.
        atLeast = conflict.winner();
      }
      again(aborted, conflict.retryAfterMs());
    } else {
      promise.fail(new OutcomeException(ran.outcome()));
    }
  }

  private void again(Outcome last, long hintMs) {
    QuorateClient client = kv.group().client();
    if (client.nowMs() > deadlineMs || client.isClosed()) {
      promise.fail(
          new OutcomeException(
              last != null ? last : new Outcome.Overloaded(0, "retries of a transaction")));
      return;
    }
    boolean reserved =
        losses > PATIENCE
            && last instanceof Outcome.Aborted lost
            && lost.conflict().reason() != Conflict.Reason.INTENT;
    if (reserved) {
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
