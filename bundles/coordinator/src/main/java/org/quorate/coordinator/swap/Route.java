package org.quorate.coordinator.swap;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Scope;

/** A provider's coordinator for as long as requests go there. */
final class Route {
  private final Coordinator at;
  private final AtomicBoolean left = new AtomicBoolean();
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

  /** Whether a key of a scope has changed since a revision. */
  CompletionStage<Boolean> changedSince(Scope scope, long revision) {
    return ((Movable) at).changedSince(scope, revision);
  }

  /** Something is under way there. */
  void use() {
    used.incrementAndGet();
  }

  void done() {
    used.decrementAndGet();
  }

  /** It is given up: true for the first who does so. */
  boolean leave() {
    return !left.getAndSet(true);
  }

  boolean isUsed() {
    return used.get() > 0;
  }
}
