package org.quorate.management;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.GroupStatus;

/**
 * A replica's view of its group.
 *
 * @param leader the node that takes proposals, null while none is known
 * @param term the strategy's term, view or round, null if it has none
 * @param why what the state is due to; null while running
 */
public record GroupView(
    String group,
    String node,
    String state,
    String role,
    String leader,
    long epoch,
    String term,
    long decided,
    long applied,
    long position,
    String gtid,
    long version,
    String stateHash,
    String strategy,
    String storage,
    String why,
    List<MemberView> members,
    Map<String, String> details,
    Map<String, String> options) {

  /** A member as listed in the configuration in force. */
  public record MemberView(String node, String storeId, String role, int weight) {}

  /** All of a status, and the options that the group was created with. */
  public static GroupView detailed(GroupStatus s, Map<String, String> options) {
    return of(
        s,
        s.members().stream()
            .map(m -> new MemberView(m.node().name(), m.storeId(), m.role(), m.weight()))
            .toList(),
        s.details(),
        new TreeMap<>(options));
  }

  /** A status without members and details: a line of a table. */
  public static GroupView line(GroupStatus s) {
    return of(s, null, null, null);
  }

  /** A group that this node is no member of. */
  static GroupView elsewhere(String group, String node) {
    return new GroupView(
        group,
        node,
        "ELSEWHERE",
        null,
        null,
        0,
        null,
        0,
        0,
        0,
        null,
        0,
        null,
        null,
        null,
        "this node is no member",
        null,
        null,
        null);
  }

  private static GroupView of(
      GroupStatus s,
      List<MemberView> members,
      Map<String, String> details,
      Map<String, String> options) {
    return new GroupView(
        s.group().name(),
        s.node().name(),
        s.state().name(),
        s.role(),
        s.hint() == null ? null : s.hint().name(),
        s.epoch(),
        s.details().get("term"),
        s.decided(),
        s.applied(),
        s.position(),
        s.gtid() == null ? null : s.gtid().toString(),
        s.gtid() == null ? 0 : s.gtid().version(),
        s.stateHash(),
        s.strategy(),
        s.storage(),
        s.why() == null || s.why().isEmpty() ? null : s.why(),
        members,
        details,
        options);
  }
}
