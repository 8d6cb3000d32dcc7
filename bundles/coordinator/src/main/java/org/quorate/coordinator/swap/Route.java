package org.quorate.coordinator.swap;

import java.util.concurrent.atomic.AtomicLong;
import org.quorate.spi.coordination.Coordinator;

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
