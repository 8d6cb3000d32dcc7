package org.quorate.runtime.api;

import java.util.List;
import java.util.Map;
import org.quorate.api.GroupId;

/**
 * A group to create.
 *
 * @param strategy name of the consensus strategy: {@code raft}
 * @param storage name of the state storage: {@code mapdb}
 * @param log name of the log storage: {@code journal}
 * @param stateMachine name of the state machine: {@code kv}
 * @param members who belongs to it; empty for all nodes known, as voters with one vote each
 * @param options parameters of group scope, by name
 */
public record GroupSpec(
    GroupId group,
    String strategy,
    String storage,
    String log,
    String stateMachine,
    List<MemberSpec> members,
    Map<String, String> options) {
  public GroupSpec {
    members = List.copyOf(members);
    options = Map.copyOf(options);
  }

  /** A group of raft, mapdb, journal and kv on all nodes. */
  public static GroupSpec of(String name) {
    return new GroupSpec(GroupId.of(name), "raft", "mapdb", "journal", "kv", List.of(), Map.of());
  }
}
