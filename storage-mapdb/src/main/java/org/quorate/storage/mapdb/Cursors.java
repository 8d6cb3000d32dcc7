package org.quorate.storage.mapdb;

import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateCursor;

/** A cursor over nothing. */
final class Cursors {
  static final StateCursor EMPTY =
      new StateCursor() {
        @Override
        public boolean next() {
          return false;
        }

        @Override
        public Bytes key() {
          throw new IllegalStateException("at the end");
        }

        @Override
        public Bytes value() {
          throw new IllegalStateException("at the end");
        }

        @Override
        public void close() {
          // Nothing is held.
        }
      };

  private Cursors() {}
}
