package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.AppendReply;

/** Moves a peer's progress. Raft §3.5. */
final class OnAppendReply {
  private final Raft raft;

  OnAppendReply(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, AppendReply m) {
    Leader leader = Replies.leaderOf(raft, m.term());
    Progress p = leader == null ? null : leader.peers().find(from, m.store());
    if (p == null) {
      return;
    }
    p.contactMs = raft.timers.nowMs();
    if (m.ok()) {
      agreed(leader, p, m.index());
    } else {
      refused(p, m);
    }
  }

  private void agreed(Leader leader, Progress p, long index) {
    if (index > raft.log.last()) {
      raft.halt(p.node + " acknowledges entry " + index + ", the log ends at " + raft.log.last());
      return;
    }
    if (p.state == Progress.State.SNAPSHOT && index < raft.log.base()) {
      return; // Scenario 21: from before the snapshot
    }
    p.matched(index);
    if (leader.transfer() != null) {
      leader.transfer().advance();
    }
  }

  private void refused(Progress p, AppendReply m) {
    boolean stale =
        switch (p.state) {
          case PROBE -> m.index() != p.next - 1;
          case REPLICATE -> m.index() <= p.match;
          case SNAPSHOT -> true;
        };
    if (stale) {
      return;
    }
    // Raft §3.5: the last entry of ours that may agree with the follower's at the hint.
    long agree = raft.log.lastNotAbove(m.hintIndex(), m.hintTerm());
    p.probeFrom(Math.min(m.index(), agree + 1));
  }
}
