package org.quorate.spi.coordination;

import java.util.List;

/**
 * Entries as they were at one revision, in order of their keys.
 *
 * @param revision what was read; watch from the next one on to miss nothing. It rises with every
 *     change of any key, deletions and ends of sessions included, and never goes back
 * @param more whether there are further ones: ask again with the last key as {@code after}
 */
public record Listing(long revision, List<KeyEntry> entries, boolean more) {
  public Listing {
    entries = List.copyOf(entries);
  }
}
