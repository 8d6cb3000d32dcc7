package org.quorate.assembly;

import java.util.List;

/**
 * A class loader that is in use no more and was not collected.
 *
 * @param bundle symbolic name of the bundle it was made for
 * @param version of that bundle
 * @param heldBy what holds it, as far as can be told from inside the process; never empty
 */
public record Leak(String bundle, String version, List<String> heldBy) {
  public Leak {
    heldBy = List.copyOf(heldBy);
  }
}
