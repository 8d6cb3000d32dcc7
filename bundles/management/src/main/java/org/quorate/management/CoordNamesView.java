package org.quorate.management;

import java.util.List;
import org.quorate.spi.coordination.Children;

/**
 * Names directly below a path of a coordinator.
 *
 * @param more whether there are further ones
 * @param after what to give as {@code after} to see them; null if there are none
 */
public record CoordNamesView(List<CoordNameView> names, boolean more, String after) {
  static CoordNamesView of(Children found) {
    List<CoordNameView> names =
        found.children().stream()
            .map(n -> new CoordNameView(n.name(), n.exists(), n.parent()))
            .toList();
    return new CoordNamesView(
        names, found.more(), found.more() ? names.get(names.size() - 1).name() : null);
  }
}
