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
 */
public record StateBatch(Iterable<Map.Entry<Bytes, Bytes>> changes, long applied) {
  /** Stands for "no value"; compared by identity. */
  public static final Bytes DELETED = Bytes.wrap(new byte[] {0}, 0, 1);

  /** The changes of a map. */
  public StateBatch(NavigableMap<Bytes, Bytes> changes, long applied) {
    this(changes.entrySet(), applied);
  }
}
