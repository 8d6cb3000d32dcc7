package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.HeartbeatReply;

/** A peer is there: it counts for the quorum, confirms reads, and whatever got lost is asked for. */
final class OnHeartbeatReply {
  private final Raft raft;

  OnHeartbeatReply(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, HeartbeatReply m) {
    Leader leader = Replies.leaderOf(raft, m.term());
    Progress p = leader == null ? null : leader.peers().find(from, m.store());
    if (p == null) {
      return;
    }
    p.contactMs = raft.timers.nowMs();
    p.readContext = Math.max(p.readContext, m.context());
    p.paused = false;
    // Scenarios 27, 28, 33: what is on the way for a heartbeat's time may be lost.
    p.verify = p.match < raft.log.last();
  }
}
