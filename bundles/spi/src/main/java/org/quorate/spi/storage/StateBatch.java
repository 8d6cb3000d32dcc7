package org.quorate.spi.storage;

import java.util.NavigableMap;
import org.quorate.api.Bytes;

/**
 * Changes that become durable together.
 *
 * @param changes value by key; {@link #DELETED} (by identity) removes the key
 * @param applied inner index up to which the state is made by these changes
 */
public record StateBatch(NavigableMap<Bytes, Bytes> changes, long applied) {
  /** Stands for "no value"; compared by identity. */
  public static final Bytes DELETED = Bytes.wrap(new byte[] {0}, 0, 1);
}
