package org.quorate.coordinator.zk;

import java.util.concurrent.TimeUnit;

/** Whether the first reading of the log goes on, however long it is. */
final class Opening {
  private final long patienceNanos;
  private Position reached;
  private long sinceNanos;

  Opening(long patienceMs) {
    patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
  }

  /** Whether nothing was read for so long; to be asked again and again. */
  boolean standsStill(Position position, long nowNanos) {
    if (!position.equals(reached)) {
      reached = position;
      sinceNanos = nowNanos;
    }
    return nowNanos - sinceNanos >= patienceNanos;
  }
}
