package org.quorate.spi.consensus;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.quorate.spi.config.Parameter;

/**
 * What a strategy is.
 *
 * @param roles member roles it knows
 * @param weights whether members may have more votes than one
 * @param everyMemberProposes false when proposals go to one node at a time
 * @param minWire oldest version of its messages it speaks
 * @param maxWire newest version of its messages it speaks
 * @param parameters options it takes, with ranges
 * @param invariants its own properties, for the simulator
 */
public record Traits(
    Set<Role> roles,
    boolean weights,
    boolean everyMemberProposes,
    int minWire,
    int maxWire,
    List<Parameter> parameters,
    List<Supplier<LinkInvariant>> invariants) {}
