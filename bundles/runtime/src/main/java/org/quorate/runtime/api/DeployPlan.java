package org.quorate.runtime.api;

import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.Change;

/**
 * What the nodes of a cluster say to an assembly.
 *
 * @param changes to the node that was asked
 */
public record DeployPlan(Assembly assembly, List<Change> changes, List<Check> nodes) {
  /**
   * A node's answer.
   *
   * @param forbidden whether it may not take it, whatever it could
   * @param objections empty if it can take it
   */
  public record Check(NodeId node, boolean forbidden, List<String> objections) {
    public Check {
      objections = List.copyOf(objections);
    }
  }

  /** Whether a node's file or its trust forbids it. */
  public boolean forbidden() {
    return nodes.stream().anyMatch(Check::forbidden);
  }

  /** All that speaks against it, with the nodes' names. */
  public List<String> objections() {
    return nodes.stream()
        .flatMap(n -> n.objections().stream().map(o -> "node '" + n.node() + "': " + o))
        .toList();
  }
}
