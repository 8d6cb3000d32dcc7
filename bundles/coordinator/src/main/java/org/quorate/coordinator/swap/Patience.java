package org.quorate.coordinator.swap;

import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * How long a request waits until it is known where it can go: {@link Routing#PATIENCE_MS} from when it had
 * to wait first, and its own time if that is longer. Thread-safe.
 */
final class Patience {
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 500;

  private final ServiceLoop loop;
  private final long ownUntilMs;
  private long untilMs = -1; // guarded by this
  private long pauseMs; // guarded by this
  private long notBeforeMs; // guarded by this

  /**
   * That of a request.
   *
   * @param ownUntilMs until when it may take by itself, by the loop's clock
   */
  Patience(ServiceLoop loop, long ownUntilMs) {
    this.loop = loop;
    this.ownUntilMs = ownUntilMs;
    this.notBeforeMs = loop.nowMs();
  }

  /** It has to wait. */
  synchronized void begin() {
    untilMs = untilMs();
  }

  /** Who seems to serve has refused it: it is tried again there, ever less often. */
  synchronized void refused() {
    notBeforeMs = loop.nowMs() + pauseMs;
    pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs));
  }

  /** When it gives up; as if it began to wait now, if it does not yet. */
  synchronized long untilMs() {
    return untilMs >= 0 ? untilMs : Math.max(ownUntilMs, loop.nowMs() + Routing.PATIENCE_MS);
  }

  /** Until then it is not tried again at the same provider. */
  synchronized long notBeforeMs() {
    return notBeforeMs;
  }
}
