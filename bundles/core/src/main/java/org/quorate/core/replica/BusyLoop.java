package org.quorate.core.replica;

/**
 * When a node tells the members of its groups that the loop of a group is busy and not dead. While a
 * loop works at one thing, no heartbeat of its groups leaves; somebody else in the process then says
 * so in their place, every {@link #EVERY_MS}, from {@code fromMs} of silence of the loop to {@code
 * limitMs} exclusively. A loop that is silent for longer is taken for stuck, and so it is by the others.
 */
public record BusyLoop(long fromMs, long limitMs) {
  /** How often it is looked and told. */
  public static final long EVERY_MS = 75;

  /** Ticks that may fail to come before a loop counts as busy. */
  private static final int TICKS = 3;

  /** For a loop that runs something every {@code tickMs}. */
  public static BusyLoop of(long tickMs, long limitMs) {
    return new BusyLoop(TICKS * tickMs, limitMs);
  }

  /** Whether a loop that has run nothing for so long is busy. */
  public boolean busy(long silentMs) {
    return silentMs >= fromMs && silentMs < limitMs;
  }

  /** Whether a loop that has run nothing for so long is taken for stuck. */
  public boolean stuck(long silentMs) {
    return silentMs >= Math.max(fromMs, limitMs);
  }
}
