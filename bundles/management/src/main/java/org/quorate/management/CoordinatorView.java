package org.quorate.management;

/**
 * A coordinator that a node offers its bundles.
 *
 * @param name its property {@code quorate.coordinator}
 * @param provider who makes it
 * @param group on which it is; null for one that is on no group
 */
public record CoordinatorView(String name, String provider, String group) {}
