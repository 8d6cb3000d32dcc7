package org.quorate.management;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of a port have sent of requests that are not complete: so much together, and
 * each request so long. Without it a few hundred connections that send a part and wait would fill the
 * heap. Thread-safe.
 */
final class PendingInput {
  /** Together, bytes. */
  static final long MAX_BYTES = 64L << 20;

  /** From the first byte of a request to its last. */
  static final long PATIENCE_MS = 10_000;

  private final AtomicLong bytes = new AtomicLong();

  /**
   * Adds, or takes back what is less than zero.
   *
   * @return false if it is too much now; it counts all the same until it is taken back
   */
  boolean add(long more) {
    return bytes.addAndGet(more) <= MAX_BYTES || more <= 0;
  }

  long bytes() {
    return bytes.get();
  }
}
