package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.TimeoutNow;

/** The leader hands over: campaign at once, without pre-vote. Raft §3.10. */
final class OnTimeoutNow {
  private final Raft raft;

  OnTimeoutNow(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, TimeoutNow m) {
    if (m.store() == raft.self.storeId()
        && m.term() == raft.hard.term()
        && from.equals(raft.leader)
        && raft.role == Follower.INSTANCE
        && raft.elections.mayCampaign()) {
      raft.elections.campaign(true);
    }
  }
}
