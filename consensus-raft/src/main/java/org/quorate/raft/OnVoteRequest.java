package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.VoteReply;
import org.quorate.raft.RaftMessage.VoteRequest;
import org.quorate.spi.transport.Lane;

/**
 * Votes, or says whether it would. Raft §3.4, §9.6. It does not ask whether it is a voter itself: the
 * candidate's membership may be newer (scenario 13).
 */
final class OnVoteRequest {
  private final Raft raft;

  OnVoteRequest(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, VoteRequest m) {
    if (m.store() != raft.self.storeId()) {
      return; // Scenario 46: the candidate means the store that was here before
    }
    if (m.term() < raft.hard.term() || leaderMayBeThere(m)) {
      refuse(from, m);
    } else if (m.preVote()) {
      preVote(from, m);
    } else {
      vote(from, m);
    }
  }

  /** Raft §4.2.3: who hears a leader helps nobody to depose it, unless the leader wants it so. */
  private boolean leaderMayBeThere(VoteRequest m) {
    return !m.transfer()
        && raft.leader != null
        && (raft.leading() != null || raft.timers.leaderIsFresh());
  }

  private void preVote(NodeId from, VoteRequest m) {
    if (m.term() > raft.hard.term() && raft.upToDate(m.lastIndex(), m.lastTerm())) {
      raft.out.send(from, Lane.CONTROL, new VoteReply(m.term(), raft.self.storeId(), true, true));
    } else {
      refuse(from, m);
    }
  }

  private void vote(NodeId from, VoteRequest m) {
    if (m.term() > raft.hard.term()) {
      raft.elections.follow(m.term(), null);
    }
    NodeId voted = raft.hard.vote();
    boolean free = voted == null ? raft.leader == null : voted.equals(from);
    if (!free || !raft.upToDate(m.lastIndex(), m.lastTerm())) {
      refuse(from, m);
      return;
    }
    raft.hard.voteFor(from);
    raft.timers.drawTimeout();
    raft.promises.promise(
        from, Lane.CONTROL, new VoteReply(raft.hard.term(), raft.self.storeId(), false, true));
  }

  private void refuse(NodeId from, VoteRequest m) {
    raft.out.send(
        from,
        Lane.CONTROL,
        new VoteReply(raft.hard.term(), raft.self.storeId(), m.preVote(), false));
  }
}
