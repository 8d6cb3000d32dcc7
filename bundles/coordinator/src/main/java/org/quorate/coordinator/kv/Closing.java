package org.quorate.coordinator.kv;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.SessionEnd;

/**
 * The end of a session that its holder wants. An answer that was lost has not to leave what it owns for a
 * TTL: the end is asked for again until it is answered, or the TTL is over, since nobody renews it any more.
 * Thread-safe.
 */
final class Closing {
  private static final long PAUSE_MS = 50;

  /** The longest pause between two tries. */
  private static final long LONGEST_PAUSE_MS = 5_000;

  private final Sessions sessions;
  private final Session session;
  private final Runnable refused;
  private final long overMs;
  private volatile CompletableFuture<Void> answer = new CompletableFuture<>();
  private boolean doubtful; // on the loop
  private long pauseMs = PAUSE_MS; // on the loop

  /**
   * One that has not been asked for yet.
   *
   * @param refused told on the loop when nothing was done and the session lives on
   */
  Closing(Sessions sessions, Session session, Runnable refused) {
    this.sessions = sessions;
    this.session = session;
    this.refused = refused;
    this.overMs = sessions.nowMs() + session.spec().ttlMs();
  }

  /** What becomes of the try that is under way, or is the next one. */
  CompletionStage<Void> answer() {
    return answer.copy();
  }

  void ask() {
    sessions
        .remove(session.base(), session.id(), session.lease())
        .whenComplete(
            (done, problem) -> {
              CoordinationException failure = problem == null ? null : Failures.cause(problem);
              if (!sessions.store().later(() -> told(failure))) {
                answer.completeExceptionally(Failures.closed());
              }
            });
  }

  private void told(CoordinationException problem) {
    CompletableFuture<Void> asked = answer;
    if (problem == null) {
      sessions.ended(session, SessionEnd.CLOSED);
      asked.complete(null);
      return;
    }
    doubtful |= problem.code() == Code.INDETERMINATE;
    if (!doubtful) {
      refused.run();
    } else if (!session.isOver()) {
      answer = new CompletableFuture<>();
      later();
    }
    asked.completeExceptionally(problem);
  }

  private void later() {
    sessions.store().access.after(pauseMs, this::again);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }

  private void again() {
    if (!session.isOver() && sessions.nowMs() < overMs) {
      ask();
      return;
    }
    sessions.ended(session, SessionEnd.EXPIRED);
    answer.complete(null);
  }
}
