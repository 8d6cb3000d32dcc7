package org.quorate.certify;

import java.util.SplittableRandom;

/**
 * Time as the protocol sees it: the sum of the steps between ticks, each counted as a heartbeat at
 * most. A node that was stopped for long (a pause of the collector, of the machine) so finds its
 * timers hardly moved, and hears what has arrived meanwhile before it acts on silence. [volatile]
 */
final class Timers {
  private final SplittableRandom random;
  private final CertifyOptions options;
  private long tickedMs;
  private boolean ticked;
  private long nowMs;
  private long silentSinceMs; // last thing that put off a proposal of a view
  private long timeoutMs;
  private long heardMs; // the sequencer
  private boolean heard;

  Timers(long seed, CertifyOptions options) {
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

  /** A new random timeout from now on. */
  void drawTimeout() {
    silentSinceMs = nowMs;
    timeoutMs = options.suspectMs() + random.nextLong(options.suspectMs());
  }

  /** The sequencer of the view spoke. */
  void heardSequencer() {
    silentSinceMs = nowMs;
    heardMs = nowMs;
    heard = true;
  }

  boolean suspectDue() {
    return nowMs - silentSinceMs >= timeoutMs;
  }

  /** Whether a sequencer may still be there: then nobody else is helped to replace it. */
  boolean sequencerIsFresh() {
    return heard && nowMs - heardMs < options.suspectMs();
  }

  /** Whether a sequencer that has a quorum was heard so lately that this is the primary component. */
  boolean leaseHolds() {
    return heard && nowMs - heardMs < 2 * options.suspectMs();
  }
}
