package org.quorate.spi.storage;

import org.quorate.api.Bytes;

/**
 * Walks over keys in order. Usage: {@code while (cursor.next()) { cursor.key(); cursor.value(); }}.
 * One thread; sees each key at most once, with a value it had during the walk.
 */
public interface StateCursor extends AutoCloseable {
  /** Moves on; false at the end. */
  boolean next();

  Bytes key();

  Bytes value();

  @Override
  void close();
}
