package org.quorate.samples.shop;

import java.util.HashSet;
import java.util.Set;

/** What sessions pass when they begin to commit: they wait before it while an operation keeps it closed. */
final class Gate {
  private final Set<Object> closed = new HashSet<>();
  private final Set<Object> ended = new HashSet<>();
  private int inside;

  /** Begins to commit, as soon as nobody keeps the gate closed. */
  synchronized void enter() throws InterruptedException {
    while (!closed.isEmpty()) {
      wait();
    }
    inside++;
  }

  synchronized void leave() {
    inside--;
    notifyAll();
  }

  /**
   * Closes it, and waits until those that are inside have left.
   *
   * @return false if it was opened meanwhile, or whoever closes it has ended
   */
  synchronized boolean close(Object by) throws InterruptedException {
    if (ended.contains(by)) {
      return false;
    }
    closed.add(by);
    while (inside > 0 && closed.contains(by)) {
      wait();
    }
    return closed.contains(by);
  }

  synchronized void open(Object by) {
    closed.remove(by);
    notifyAll();
  }

  /** Opens it for good: an operation that has ended may still be about to close it on another thread. */
  synchronized void end(Object by) {
    ended.add(by);
    open(by);
  }

  /** Whether it was opened for good. */
  synchronized boolean ended(Object by) {
    return ended.contains(by);
  }
}
