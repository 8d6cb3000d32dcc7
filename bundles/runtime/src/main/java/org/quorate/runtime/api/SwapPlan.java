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
   * @param unavailable whether it does not answer, or not now
   */
  public record Check(NodeId node, String objection, boolean unavailable) {}

  public SwapPlan {
    members = List.copyOf(members);
  }

  /** Whether every member can take part. */
  public boolean possible() {
    return members.stream().allMatch(m -> m.objection().isEmpty());
  }

  /** All that speaks against it, with the members' names. */
  public List<String> objections() {
    return members.stream()
        .filter(m -> !m.objection().isEmpty())
        .map(m -> "node '" + m.node() + "': " + m.objection())
        .toList();
  }

  /** What kind of objections there are; only if there are any. */
  public ControlException.Code refusal() {
    boolean passing = members.stream().allMatch(m -> m.unavailable() || m.objection().isEmpty());
    return passing ? ControlException.Code.UNAVAILABLE : ControlException.Code.INVALID;
  }
}
