package org.quorate.runtime.api;

import java.util.Map;
import org.quorate.api.GroupId;
import org.quorate.spi.consensus.Role;

/**
 * A swap of a group's strategy.
 *
 * @param strategy name of the consensus strategy to go on with
 * @param options its parameters, by name
 * @param roles what members become whose role the strategy does not know
 * @param timeoutMs after which it is given up unless the strategy has taken over
 */
public record SwapSpec(
    GroupId group,
    String strategy,
    Map<String, String> options,
    Map<Role, Role> roles,
    long timeoutMs) {
  public SwapSpec {
    options = Map.copyOf(options);
    roles = Map.copyOf(roles);
  }
}
