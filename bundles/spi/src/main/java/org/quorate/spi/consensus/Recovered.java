package org.quorate.spi.consensus;

import java.util.List;
import org.quorate.api.Bytes;

/**
 * What a link finds on its disk when it is opened.
 *
 * @param stable last stable record, null for a new store
 * @param first index of the first record
 * @param records the log
 * @param applied index up to which the group's state is checkpointed; the records up to it may be
 *     there or not
 * @param linkState opaque state at {@code applied}, null when nothing was applied
 */
public record Recovered(
    Bytes stable, long first, List<Bytes> records, long applied, Bytes linkState) {
  /** A new store. */
  public static final Recovered NOTHING = new Recovered(null, 1, List.of(), 0, null);

  public long last() {
    return first + records.size() - 1;
  }
}
