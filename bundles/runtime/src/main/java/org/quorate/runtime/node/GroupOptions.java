package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.core.replica.ReplicaParameters;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.consensus.ConsensusStrategy;

/** The options of a group: what its parts and the platform know. */
final class GroupOptions {
  private GroupOptions() {}

  /**
   * Checks a group's options; throws ParameterException.
   *
   * @param strategy that the group was created with; null if it is not there any more: what may be
   *     its options is then taken as it is
   */
  static Options checked(
      Map<String, String> values, Services.Parts parts, ConsensusStrategy strategy) {
    List<Parameter> allowed = new ArrayList<>(ReplicaParameters.all());
    allowed.addAll(parts.stateMachine().parameters());
    allowed.addAll(GroupParameters.all());
    if (strategy != null) {
      allowed.addAll(strategy.traits().parameters());
      return ParameterRegistry.options(values, allowed);
    }
    Set<String> known = allowed.stream().map(Parameter::name).collect(Collectors.toSet());
    Map<String, String> checked = new TreeMap<>(values);
    checked.keySet().retainAll(known);
    ParameterRegistry.options(checked, allowed);
    return new Options(values);
  }
}
