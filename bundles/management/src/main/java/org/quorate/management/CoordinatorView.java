package org.quorate.management;

/**
 * A coordinator that a node offers its bundles.
 *
 * @param name its property {@code quorate.coordinator}
 * @param provider who makes it, where it is unless it was swapped
 * @param group on which it is then; null for one that is on no group
 * @param at name of the place where it is now, by the record of its swaps; null while that is not known
 */
public record CoordinatorView(String name, String provider, String group, String at) {}
