package org.quorate.core.replica;

/**
 * Which ticks the protocol gets. While something goes on, each; in a quiet group only as many as the
 * protocol asks for, so that hundreds of idle groups cost a node next to nothing.
 */
final class Pulse {
  /** Ticks after the last sign of work that are given in full. */
  private static final int AFTERGLOW = 4;

  private final long quietMs;
  private final long phaseMs;
  private long given = Long.MIN_VALUE;
  private long seen = -1;
  private int lively;

  /**
   * @param quietMs what the protocol can do with while nothing goes on; 0: each tick
   * @param phase the same for all groups of a node, so that quiet groups get theirs in one turn and
   *     what they send leaves together; another one on other nodes, so that not all of them find at
   *     the same moment that a leader is silent
   */
  Pulse(long quietMs, long phase) {
    this.quietMs = quietMs;
    this.phaseMs = quietMs == 0 ? 0 : Math.floorMod(phase, quietMs);
  }

  /**
   * Whether the protocol is to get this tick.
   *
   * @param applied last inner index; when it moved there was work
   * @param busy somebody waits for something
   */
  boolean due(long nowMs, long applied, boolean busy) {
    lively = busy || applied != seen ? AFTERGLOW : Math.max(0, lively - 1);
    seen = applied;
    long period = quietMs == 0 ? nowMs : Math.floorDiv(nowMs + phaseMs, quietMs);
    if (lively == 0 && period == given) {
      return false;
    }
    given = period;
    return true;
  }

  /** Whether there was work in the last few ticks. */
  boolean lively() {
    return lively > 0;
  }
}
