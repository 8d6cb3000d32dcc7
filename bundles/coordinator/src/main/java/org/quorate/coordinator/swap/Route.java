package org.quorate.coordinator.swap;

import java.util.concurrent.atomic.AtomicLong;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Movable;

/** A provider's coordinator for as long as requests go there. */
final class Route {
  private final Coordinator at;
  private final AtomicLong used = new AtomicLong();

  Route(Coordinator at) {
    this.at = at;
  }

  Coordinator at() {
    return at;
  }

  /** Whether what it says is never from before a swap that has passed: it need not be known who serves. */
  boolean vouches() {
    return at instanceof Movable movable && movable.vouches();
  }

  /** Tells what was there although all has gone on, or not any more. */
  void lookBack(boolean wanted) {
    if (at instanceof Movable movable) {
      movable.lookBack(wanted);
    }
  }

  /** Something is under way there. */
  void use() {
    used.incrementAndGet();
  }

  void done() {
    used.decrementAndGet();
  }

  boolean isUsed() {
    return used.get() > 0;
  }
}
