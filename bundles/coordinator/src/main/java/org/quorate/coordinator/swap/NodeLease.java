package org.quorate.coordinator.swap;

import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A session of this node where swaps are recorded, renewed by hand: so it is known until when it cannot
 * have ended. All on the loop but {@link #isFresh}.
 */
final class NodeLease {
  private final Coordinator records;
  private final ServiceLoop loop;
  private final SessionSpec spec;
  private final Runnable opened;
  private CoordinatorSession session;
  private volatile long freshUntilMs;
  private volatile boolean stopped;

  /**
   * Opens a session when it is started.
   *
   * @param opened told on the loop when there is a session, another one too
   */
  NodeLease(Coordinator records, ServiceLoop loop, String node, long ttlMs, Runnable opened) {
    this.records = records;
    this.loop = loop;
    this.spec = SessionSpec.of("coordinators of " + node, ttlMs).keptAliveByHand();
    this.opened = opened;
  }

  /** Null while there is none. */
  CoordinatorSession session() {
    return session;
  }

  /** Whether the session cannot have ended yet. From any thread. */
  boolean isFresh() {
    return loop.nowMs() < freshUntilMs;
  }

  void start() {
    open();
    beat();
  }

  private void open() {
    if (stopped) {
      return;
    }
    long sentAtMs = loop.nowMs();
    loop.then(
        records.openSession(spec),
        (mine, problem) -> {
          if (problem != null) {
            loop.after(spec.ttlMs() / 5, this::open);
          } else if (stopped) {
            mine.close();
          } else {
            session = mine;
            renewed(sentAtMs);
            opened.run();
          }
        });
  }

  /** Nine tenths: clocks need not run at the same rate. */
  private void renewed(long sentAtMs) {
    freshUntilMs = sentAtMs + spec.ttlMs() * 9 / 10;
  }

  private void beat() {
    if (stopped) {
      return;
    }
    loop.after(spec.ttlMs() / 5, this::beat);
    CoordinatorSession mine = session;
    if (mine == null) {
      return;
    }
    long sentAtMs = loop.nowMs();
    loop.then(
        mine.keepAlive(),
        (done, problem) -> {
          if (mine != session) {
            return;
          } else if (problem == null) {
            renewed(sentAtMs);
          } else if (Routing.cause(problem).code() == Code.SESSION_EXPIRED) {
            freshUntilMs = 0;
            session = null;
            open();
          }
        });
  }

  void stop() {
    stopped = true;
    freshUntilMs = 0;
    if (session != null) {
      session.close();
    }
  }
}
