package org.quorate.raft.invariants;

import org.quorate.raft.RaftLoglet;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant.LinkView;

/** The nodes of a simulation that run Raft. */
final class Views {
  private Views() {}

  /** What is seen of a node; null if it does not run Raft. */
  static RaftView raft(LinkView node) {
    return node.loglet() instanceof RaftLoglet raft ? raft.view() : null;
  }
}
