package org.quorate.spi.coordination;

import java.util.List;

/**
 * The names directly below a path, in order.
 *
 * @param more whether there are further ones: ask again with the last name as {@code after}
 */
public record Children(long revision, List<Child> children, boolean more) {
  public Children {
    children = List.copyOf(children);
  }

  /**
   * A name below the path.
   *
   * @param exists whether the key of that name exists
   * @param parent whether there are keys below it; at least one of the two holds
   */
  public record Child(String name, boolean exists, boolean parent) {}
}
