package org.quorate.runtime.api;

import java.util.List;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;

/** What a swap would do, and what each member says to it. */
public record SwapPlan(GroupId group, String from, String to, List<Check> members) {
  /**
   * A member's answer.
   *
   * @param objection why it cannot take part; empty if it can
   */
  public record Check(NodeId node, String objection) {}

  public SwapPlan {
    members = List.copyOf(members);
  }

  /** Whether every member can take part. */
  public boolean possible() {
    return members.stream().allMatch(m -> m.objection().isEmpty());
  }
}
