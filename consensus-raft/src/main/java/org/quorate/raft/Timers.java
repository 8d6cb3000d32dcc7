package org.quorate.raft;

import java.util.SplittableRandom;

/**
 * Time as the protocol sees it: the sum of the steps between ticks, each counted as a heartbeat at
 * most. A node that was stopped for long (a pause of the collector, of the machine) so finds its
 * timers hardly moved, and hears what has arrived meanwhile before it acts on silence. [volatile]
 */
final class Timers {
  private final SplittableRandom random;
  private final RaftOptions options;
  private long tickedMs;
  private boolean ticked;
  private long nowMs;
  private long silentSinceMs; // last thing that put off an election
  private long timeoutMs;
  private long leaderHeardMs;

  Timers(long seed, RaftOptions options) {
    this.random = new SplittableRandom(seed);
    this.options = options;
    drawTimeout();
  }

  void tick(long atMs) {
    if (ticked) {
      nowMs += Math.max(0, Math.min(atMs - tickedMs, options.heartbeatMs()));
    }
    ticked = true;
    tickedMs = atMs;
  }

  long nowMs() {
    return nowMs;
  }

  /** A new random timeout from now on. Raft §3.4. */
  void drawTimeout() {
    silentSinceMs = nowMs;
    timeoutMs = options.electionMs() + random.nextLong(options.electionMs());
  }

  /** The leader of the term spoke. */
  void heardLeader() {
    silentSinceMs = nowMs;
    leaderHeardMs = nowMs;
  }

  boolean electionDue() {
    return nowMs - silentSinceMs >= timeoutMs;
  }

  /** Whether a leader may still be there: then nobody else is voted for. Raft §4.2.3. */
  boolean leaderIsFresh() {
    return nowMs - leaderHeardMs < options.electionMs();
  }
}
