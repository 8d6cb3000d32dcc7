package org.quorate.storage.mapdb;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Lock;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateCursor;

/**
 * Walks over a generation in portions: each is read under the lock and ends after so many entries or
 * bytes, so the heap a walk needs is bounded and commits go on between portions.
 */
final class TreeCursor implements StateCursor {
  private static final int PORTION_ENTRIES = 64;
  private static final int PORTION_BYTES = 64 * 1024;

  private record Entry(Bytes key, Bytes value) {}

  private final Generation generation;
  private final Lock lock;
  private final boolean reverse;
  private final ArrayDeque<Entry> portion = new ArrayDeque<>();
  private Bytes from;
  private boolean fromIncluded = true;
  private Bytes to;
  private boolean ended;
  private boolean closed;
  private Entry entry;

  TreeCursor(Generation generation, Lock lock, Bytes from, Bytes to, boolean reverse) {
    this.generation = generation;
    this.lock = lock;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
    generation.use();
  }

  @Override
  public boolean next() {
    if (portion.isEmpty() && !ended) {
      readPortion();
    }
    entry = portion.poll();
    return entry != null;
  }

  private void readPortion() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the cursor is closed");
      }
      int[] bytes = {0};
      ended = true;
      generation
          .reader()
          .walk(
              from,
              fromIncluded,
              to,
              reverse,
              (key, value) -> {
                portion.add(new Entry(key, value));
                bytes[0] += key.length() + value.length();
                ended = portion.size() < PORTION_ENTRIES && bytes[0] < PORTION_BYTES;
                return ended;
              });
    } finally {
      lock.unlock();
    }
    if (!portion.isEmpty() && reverse) {
      to = portion.getLast().key();
    } else if (!portion.isEmpty()) {
      from = portion.getLast().key();
      fromIncluded = false;
    }
  }

  @Override
  public Bytes key() {
    return entry.key();
  }

  @Override
  public Bytes value() {
    return entry.value();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ended = true;
      portion.clear();
      generation.release();
    }
  }
}
