package org.quorate.runtime.api;

import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.assembly.Assembly;

/**
 * An assembly on its way to the nodes of a cluster, one after the other, or what became of it.
 *
 * @param from what the nodes go back to if it fails
 * @param why it was given up; empty if it was not
 * @param nodes in the order in which they take it
 * @param startedMs wall-clock time at the node that was asked
 * @param endedMs wall-clock time at the node that ended it; 0 while it is under way
 */
public record Deployment(
    Assembly to,
    Assembly from,
    State state,
    String why,
    List<NodeStep> nodes,
    long startedMs,
    long endedMs) {
  /** How it stands. */
  public enum State {
    /** Nodes take it, one at a time. */
    ROLLING,
    /** It was given up: nodes that took it go back, one at a time. */
    GOING_BACK,
    /** All have it. */
    DONE,
    /** All are back, those apart that say why not. */
    ROLLED_BACK
  }

  /** Where a node is. */
  public enum Step {
    WAITING,
    UPDATING,
    UPDATED,
    REVERTING,
    REVERTED,
    FAILED
  }

  /**
   * One node.
   *
   * @param why it failed, else empty
   * @param awayMs from the first group that parked to the last one that caught up; 0 if not known
   */
  public record NodeStep(NodeId node, Step step, String why, long awayMs) {}

  public Deployment {
    nodes = List.copyOf(nodes);
  }

  /** Its number, which is that of the assembly. */
  public long number() {
    return to.number();
  }
}
