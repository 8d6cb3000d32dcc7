package org.quorate.assembly;

/**
 * A bundle of the framework.
 *
 * @param state in OSGi's words: ACTIVE, RESOLVED, …
 * @param origin where it comes from
 * @param sha256 of its jar; null if an operator put it there by hand
 */
public record InstalledBundle(
    String name, String version, String state, int level, Origin origin, String sha256) {
  /** Who put a bundle where it is. */
  public enum Origin {
    DISTRIBUTION,
    ASSEMBLY,
    BY_HAND
  }
}
