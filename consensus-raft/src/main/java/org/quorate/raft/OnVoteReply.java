package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.VoteReply;
import org.quorate.spi.consensus.Member;

/** Counts a vote. Raft §3.4. */
final class OnVoteReply {
  private final Raft raft;

  OnVoteReply(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, VoteReply m) {
    if (!m.granted() && m.term() > raft.hard.term()) {
      raft.elections.follow(m.term(), null);
      return;
    }
    if (!(raft.role instanceof Candidate candidate) || m.preVote() != candidate.preVote()) {
      return;
    }
    // A refusal carries the voter's term, which is not above ours: it answers this campaign or an
    // older one of ours, and a late one only costs a vote.
    if (m.granted() && m.term() != candidate.term()) {
      return;
    }
    if (!m.granted() && m.term() != raft.hard.term()) {
      return;
    }
    Member voter = Memberships.find(raft.configs.current(), from);
    if (voter == null || voter.storeId() != m.store()) {
      return; // Scenario 46
    }
    candidate.answer(from, m.granted());
    raft.elections.tally(candidate);
  }
}
