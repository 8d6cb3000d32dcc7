package org.quorate.raft.invariants;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftLoglet;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant.LinkView;

/** The nodes of a simulation that run Raft. */
final class Views {
  /** A node and what is seen of it. */
  record Seen(NodeId node, boolean alive, long incarnation, RaftView raft) {}

  private Views() {}

  /** What is seen of a node; null if it does not run Raft. */
  static RaftView raft(LinkView node) {
    return node.loglet() instanceof RaftLoglet raft ? raft.view() : null;
  }

  static List<Seen> of(List<LinkView> nodes) {
    List<Seen> seen = new ArrayList<>(nodes.size());
    for (LinkView n : nodes) {
      if (n.loglet() instanceof RaftLoglet raft) {
        seen.add(new Seen(n.node(), n.alive(), n.incarnation(), raft.view()));
      }
    }
    return seen;
  }
}
