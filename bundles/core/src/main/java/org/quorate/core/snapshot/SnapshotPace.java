package org.quorate.core.snapshot;

/**
 * Holds what a replica sends of snapshots to a rate, so that it has something left for its clients.
 * What was not used is saved up for a tick or two, since that is how often it is looked.
 */
final class SnapshotPace {
  private static final long SAVED_MS = 200;

  private long atMs = Long.MIN_VALUE;
  private double allowance;

  /** Whether more may be sent now, at a rate in bytes a second. */
  boolean allows(long nowMs, long rate) {
    if (atMs != Long.MIN_VALUE) {
      allowance = Math.min(rate * SAVED_MS / 1e3, allowance + rate * (nowMs - atMs) / 1e3);
    }
    atMs = nowMs;
    return allowance >= 0;
  }

  void sent(int bytes) {
    allowance -= bytes;
  }
}
