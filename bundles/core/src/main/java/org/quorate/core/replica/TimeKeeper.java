package org.quorate.core.replica;

import org.quorate.core.log.LogRecord;
import org.quorate.core.session.SessionTable;

/**
 * Proposes the steps of ordered time while this node is the link's timekeeper. A step covers only
 * time that passed while this node knew where ordered time stood, and steps never overlap, not even
 * with those of a second timekeeper; so ordered time never runs ahead of real time, and a fail-over
 * stops it for as long as it lasts.
 */
final class TimeKeeper {
  /** A longer gap was a pause of this node: clients could not renew either. */
  private static final int CAP_INTERVALS = 4;

  private final SessionTable sessions;
  private final long intervalMs;
  private boolean active;
  private boolean outstanding;
  private long expectedMs;
  private long sinceMs;
  private long proposedAtMs;

  TimeKeeper(SessionTable sessions, long intervalMs) {
    this.sessions = sessions;
    this.intervalMs = intervalMs;
  }

  /**
   * The step to propose now, or null.
   *
   * @param needed whether something beside sessions waits for time to pass
   */
  LogRecord.TimeStep tick(boolean timekeeper, boolean needed, long nowMs) {
    if (!timekeeper || sessions.isEmpty() && !needed) {
      active = false;
      return null;
    }
    boolean movedByAnother = !outstanding && sessions.timeMs() != expectedMs;
    if (!active || movedByAnother) {
      active = true;
      outstanding = false;
      sinceMs = nowMs;
      expectedMs = sessions.timeMs();
      return null;
    }
    if (outstanding || nowMs - sinceMs < intervalMs) {
      return null;
    }
    outstanding = true;
    proposedAtMs = nowMs;
    long deltaMs = Math.min(nowMs - sinceMs, CAP_INTERVALS * intervalMs);
    return new LogRecord.TimeStep(sessions.timeMs(), deltaMs);
  }

  /** What this node proposed took effect: the next step begins where it was measured. */
  void delivered(long timeMs) {
    outstanding = false;
    sinceMs = proposedAtMs;
    expectedMs = timeMs;
  }

  /** What this node proposed was void or may be lost: begin anew. */
  void lost() {
    active = false;
    outstanding = false;
  }
}
