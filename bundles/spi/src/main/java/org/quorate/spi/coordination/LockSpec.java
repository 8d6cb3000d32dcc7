package org.quorate.spi.coordination;

/**
 * What lock is asked for.
 *
 * @param name by the rules of {@link Keys}, in a space of its own
 * @param purpose shown to people: what for
 * @param waitMs how long to wait for it, in milliseconds: 0 to try once, at most {@link
 *     CoordinationLimits#LOCK_WAIT_MS}
 */
public record LockSpec(String name, String purpose, long waitMs) {
  public LockSpec {
    Keys.check(name);
    CoordinationLimits.text("the purpose of a lock", purpose, CoordinationLimits.PURPOSE_BYTES);
    CoordinationLimits.range("wait.ms", waitMs, 0, CoordinationLimits.LOCK_WAIT_MS);
  }

  /** Gets it or not, at once. */
  public static LockSpec tried(String name, String purpose) {
    return new LockSpec(name, purpose, 0);
  }

  /** Waits for it for so long. */
  public static LockSpec queued(String name, String purpose, long waitMs) {
    return new LockSpec(name, purpose, waitMs);
  }
}
