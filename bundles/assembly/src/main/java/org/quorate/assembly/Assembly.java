package org.quorate.assembly;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bundles that take the place of those of the distribution, or come in addition. Numbers are given by
 * the cluster, from 1; 0 is the distribution itself.
 *
 * @param bundles by name, each name once
 */
public record Assembly(long number, List<BundleEntry> bundles) {
  /** What was built: nothing in its place, nothing in addition. */
  public static final Assembly DISTRIBUTION = new Assembly(0, List.of());

  public Assembly {
    Map<String, BundleEntry> sorted = new TreeMap<>();
    for (BundleEntry bundle : bundles) {
      if (sorted.put(bundle.name(), bundle) != null) {
        throw new IllegalArgumentException("an assembly has " + bundle.name() + " once, not twice");
      }
    }
    bundles = List.copyOf(sorted.values());
  }

  /** The same with other bundles under these names. */
  public Assembly with(long newNumber, List<BundleEntry> changed, List<String> removed) {
    Map<String, BundleEntry> all = new TreeMap<>();
    bundles.forEach(b -> all.put(b.name(), b));
    changed.forEach(b -> all.put(b.name(), b));
    removed.forEach(all::remove);
    return new Assembly(newNumber, List.copyOf(all.values()));
  }
}
