package org.quorate.management;

import java.util.List;
import org.quorate.spi.coordination.Listing;

/**
 * Keys below a path of a coordinator.
 *
 * @param more whether there are further ones
 * @param after what to give as {@code after} to see them; null if there are none
 */
public record CoordTreeView(List<CoordEntryView> entries, boolean more, String after) {
  static CoordTreeView of(Listing found) {
    List<CoordEntryView> entries = found.entries().stream().map(CoordEntryView::of).toList();
    return new CoordTreeView(
        entries, found.more(), found.more() ? entries.get(entries.size() - 1).key() : null);
  }
}
