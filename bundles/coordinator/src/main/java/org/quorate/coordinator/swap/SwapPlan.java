package org.quorate.coordinator.swap;

import java.util.List;
import java.util.Set;
import org.quorate.spi.coordination.Capability;

/**
 * What a swap would find.
 *
 * @param nodes that use the coordinator and go along
 * @param keys that would move; {@code sessions} and {@code locks} likewise
 * @param lost capabilities that the target lacks: then it has to be said that this is accepted
 * @param objections why it is not possible; empty if it is
 */
public record SwapPlan(
    String from,
    String to,
    Set<String> nodes,
    int keys,
    int sessions,
    int locks,
    Set<Capability> lost,
    List<String> objections) {
  /** Whether it is possible as far as can be told now. */
  public boolean possible() {
    return objections.isEmpty();
  }
}
