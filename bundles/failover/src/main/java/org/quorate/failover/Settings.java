package org.quorate.failover;

import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;

/** Values of {@link FailoverParameters}, times in milliseconds. */
public record Settings(
    long heartbeatMs,
    long leaseMs,
    int parallel,
    long ackMs,
    int max,
    long backoffMs,
    long stuckMs,
    long idleMs) {
  private static final long LONGEST_BACKOFF_MS = 60_000;

  public Settings {
    if (leaseMs < 3 * heartbeatMs) {
      throw new FailoverException(
          Code.INVALID,
          "fo.lease.ms is "
              + leaseMs
              + "; with fo.hb.ms "
              + heartbeatMs
              + " it goes from "
              + 3 * heartbeatMs
              + " to 600000");
    }
  }

  /** How long a record waits after so many failures. */
  long backoff(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 20);
    return Math.min(backoffMs << doublings, LONGEST_BACKOFF_MS);
  }
}
