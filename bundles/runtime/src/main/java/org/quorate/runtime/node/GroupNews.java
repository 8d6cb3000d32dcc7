package org.quorate.runtime.node;

import java.util.Map;
import java.util.Objects;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.core.replica.Replica;
import org.quorate.spi.consensus.Membership;

/** Tells the node what has changed in a group since the last look; on the group's loop. */
final class GroupNews {
  private final GroupHost host;
  private final GroupHost.Node node;
  private String role = "";
  private volatile NodeId hint;
  private Membership membership;

  GroupNews(GroupHost host, GroupHost.Node node, Membership membership) {
    this.host = host;
    this.node = node;
    this.membership = membership;
  }

  /** The replica begins anew: its role is news. */
  void opened() {
    role = "";
  }

  /** The node that takes proposals as far as this one knows, or null; from any thread. */
  NodeId hint() {
    return hint;
  }

  /** The membership the protocol goes by, as of the last change told. */
  Membership membership() {
    return membership;
  }

  /** Others say so; the replica is closed. */
  void told(Membership newer) {
    membership = newer;
  }

  void look(GroupStatus status, Replica replica) {
    if (!status.role().equals(role)) {
      node.changed(host, "role.changed", Map.of("from", role, "to", status.role()));
      role = status.role();
    }
    if (!Objects.equals(status.hint(), hint)) {
      hint = status.hint();
      node.changed(host, "leader.changed", Map.of("leader", hint == null ? "" : hint.name()));
    }
    Membership now = replica.link().membership();
    if (!now.equals(membership)) {
      membership = now;
      node.changed(host, "membership.changed", Map.of("version", Long.toString(now.version())));
    }
  }
}
