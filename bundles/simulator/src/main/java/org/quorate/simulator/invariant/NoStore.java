package org.quorate.simulator.invariant;

import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** Below a memtable that is never written to a store. */
public final class NoStore implements StateStore {
  private static final StateCursor NOTHING =
      new StateCursor() {
        @Override
        public boolean next() {
          return false;
        }

        @Override
        public Bytes key() {
          throw new IllegalStateException("no entry");
        }

        @Override
        public Bytes value() {
          throw new IllegalStateException("no entry");
        }

        @Override
        public void close() {
          // Nothing is held.
        }
      };

  @Override
  public Bytes get(Bytes key) {
    return null;
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return NOTHING;
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return NOTHING;
  }

  @Override
  public void commit(StateBatch batch) {
    throw new UnsupportedOperationException("a replay writes no checkpoint");
  }

  @Override
  public long applied() {
    return 0;
  }

  @Override
  public void replace(StateCursor content, long applied) {
    throw new UnsupportedOperationException("a replay takes no snapshot");
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
