package org.quorate.runtime.api;

import java.util.List;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;

/**
 * What it would mean to make one node the whole group.
 *
 * @param node that would go on
 * @param members how far each is, as far as it answers
 * @param objections why it should not be done; empty if nothing speaks against it
 */
public record BootstrapPlan(
    GroupId group, NodeId node, List<Standing> members, List<String> objections) {
  /**
   * How far a member is.
   *
   * @param reached whether it answers; everything else is empty or 0 if not
   * @param state of its replica
   * @param history hexadecimal
   * @param position of the last record that it knows to be decided, 0 if its replica is closed
   * @param version of the last commit that it knows
   * @param last index of the last record in its log
   * @param ahead whether its log has, or may have, more than that of the node that would go on
   */
  public record Standing(
      NodeId node,
      boolean reached,
      String state,
      String history,
      long position,
      long version,
      long last,
      boolean ahead) {}

  public BootstrapPlan {
    members = List.copyOf(members);
    objections = List.copyOf(objections);
  }
}
