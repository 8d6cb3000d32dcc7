package org.quorate.client;

import java.util.concurrent.atomic.AtomicLong;
import org.quorate.api.Outcome;

/** Bounds what waits in a client for an answer. Thread-safe. */
final class Admission {
  /** Counted for a request beside its bytes: about what it takes in the heap. */
  static final int EACH = 256;

  private static final long RETRY_MS = 20;

  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();

  Admission(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Whether there was room; who is let in gives it back when the answer is there. */
  boolean enter(int size) {
    if (bytes.addAndGet(size) <= maxBytes) {
      return true;
    }
    bytes.addAndGet(-size);
    return false;
  }

  void leave(int size) {
    bytes.addAndGet(-size);
  }

  /** What is told to who finds no room. */
  Outcome.Overloaded full() {
    return new Outcome.Overloaded(RETRY_MS, "maxPendingBytes of the client, " + maxBytes + ",");
  }
}
