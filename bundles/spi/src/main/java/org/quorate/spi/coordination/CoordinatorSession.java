package org.quorate.spi.coordination;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * A session that this coordinator holds. It survives the loss of servers, connections and moves to
 * other providers: a fail-over starts its TTL anew. It never ends before its TTL has passed since the
 * last acknowledged keep-alive. Threads as in {@link Coordinator}.
 */
@ConsumerType
public interface CoordinatorSession {
  /** Positive, and never given to another session of the same history, whatever the provider. */
  long id();

  /** With this and the id another coordinator may {@link Coordinator#resume resume} it: 16 bytes. */
  Bytes secret();

  SessionSpec spec();

  /**
   * Starts its TTL anew.
   *
   * @return fails with SESSION_EXPIRED when it has ended
   */
  CompletionStage<Void> keepAlive();

  /** Completes, normally, when it has ended, as soon as this coordinator knows. */
  CompletionStage<SessionEnd> ended();

  /**
   * Asks for a lock, which the session holds until it is released or the session ends. Who asks for
   * what it holds already waits for itself. Waiters get it in the order in which they asked; they are
   * woken, and nobody polls.
   *
   * @return {@link LockOutcome.Granted}, or {@link LockOutcome.NotGranted} when the wait is over; the
   *     place in the queue is then given up. Fails with SESSION_EXPIRED when the session ends
   */
  CompletionStage<LockOutcome> lock(LockSpec spec);

  /**
   * Goes on with a claim that this session has: asked for by another process, or before all went on at
   * another provider.
   *
   * @param spec the lock, and how long to wait from now on if it is not held yet
   * @param token of the claim, see {@link Coordinator#locks}
   * @return as that of {@link #lock}, at once if the claim holds the lock; fails with LOCK_LOST if the
   *     session has no such claim (any more), with UNSUPPORTED if the provider cannot
   */
  default CompletionStage<LockOutcome> adopt(LockSpec spec, FencingToken token) {
    return CompletableFuture.failedFuture(
        new CoordinationException(
            CoordinationException.Code.UNSUPPORTED, "claims of locks cannot be taken up here"));
  }

  /**
   * Gives it up without ending it: it is DETACHED, as when all of its coordinator is {@link
   * Coordinator#abandon abandoned}. Who waits for a lock by it is told CLOSED.
   */
  CompletionStage<Void> detach();

  /** Ends it at once. Completes also when it had ended before. */
  CompletionStage<Void> close();
}
