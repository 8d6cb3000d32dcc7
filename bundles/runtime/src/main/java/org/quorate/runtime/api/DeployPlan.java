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
   * @param silent whether it did not answer
   * @param objections empty if it can take it
   */
  public record Check(NodeId node, boolean forbidden, boolean silent, List<String> objections) {
    public Check {
      objections = List.copyOf(objections);
    }

    /** Of a node that answered. */
    public Check(NodeId node, boolean forbidden, List<String> objections) {
      this(node, forbidden, false, objections);
    }
  }

  /** What kind of objections there are; only if there are any. */
  public ControlException.Code refusal() {
    if (nodes.stream().anyMatch(Check::forbidden)) {
      return ControlException.Code.FORBIDDEN;
    }
    boolean silence = nodes.stream().allMatch(n -> n.silent() || n.objections().isEmpty());
    return silence ? ControlException.Code.UNAVAILABLE : ControlException.Code.INVALID;
  }

  /** All that speaks against it, with the nodes' names. */
  public List<String> objections() {
    return nodes.stream()
        .flatMap(n -> n.objections().stream().map(o -> "node '" + n.node() + "': " + o))
        .toList();
  }
}
