package org.quorate.management;

import org.quorate.assembly.InstalledBundle;

/**
 * A bundle of the node.
 *
 * @param origin distribution, assembly or by_hand
 * @param sha256 of its jar, null if it came by hand
 */
public record BundleView(
    String name, String version, String state, int level, String origin, String sha256) {
  static BundleView of(InstalledBundle b) {
    return new BundleView(
        b.name(),
        b.version(),
        b.state(),
        b.level(),
        b.origin().name().toLowerCase(java.util.Locale.ROOT),
        b.sha256());
  }
}
