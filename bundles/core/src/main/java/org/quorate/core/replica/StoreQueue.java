package org.quorate.core.replica;

import java.util.ArrayDeque;

/**
 * Lets one long operation on the state store run at a time: a checkpoint, the image for a snapshot,
 * the installation of one. On the group's loop.
 */
final class StoreQueue {
  /** An operation; calls done once, on the loop, whatever becomes of it. */
  interface Operation {
    void run(Runnable done);
  }

  private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
  private boolean busy;

  boolean idle() {
    return !busy && waiting.isEmpty();
  }

  void submit(Operation operation) {
    waiting.addLast(operation);
    next();
  }

  /** Lets it run next, before all that waits. */
  void submitFirst(Operation operation) {
    waiting.addFirst(operation);
    next();
  }

  private void next() {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      waiting
          .removeFirst()
          .run(
              () -> {
                busy = false;
                next();
              });
    }
  }
}
