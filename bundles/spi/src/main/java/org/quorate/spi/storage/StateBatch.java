package org.quorate.spi.storage;

import java.util.Map;
import java.util.NavigableMap;
import org.quorate.api.Bytes;

/**
 * Changes that become durable together.
 *
 * @param changes keys with their values, in key order, each key once; {@link #DELETED} (by identity)
 *     removes the key. Keys and values may be slices of large arrays: a storage copies what it keeps
 *     on the heap
 * @param applied inner index up to which the state is made by these changes
 * @param pace told of progress, so that the work can be spread over time
 */
public record StateBatch(Iterable<Map.Entry<Bytes, Bytes>> changes, long applied, Pace pace) {
  /** Stands for "no value"; compared by identity. */
  public static final Bytes DELETED = Bytes.wrap(new byte[] {0}, 0, 1);

  /** Slows a commit down, so that it leaves disk and processors to what is waited for. */
  @FunctionalInterface
  public interface Pace {
    /** As fast as it goes. */
    Pace NONE = bytes -> {};

    /**
     * Called by the storage on the committing thread after a piece of work, while it holds no lock
     * that a reader needs; blocks for as long as the next piece should wait.
     *
     * @param bytes taken from the batch or written to the disk since the last call
     */
    void wrote(long bytes);
  }

  /** The changes of a map, as fast as it goes. */
  public StateBatch(NavigableMap<Bytes, Bytes> changes, long applied) {
    this(changes.entrySet(), applied, Pace.NONE);
  }
}
