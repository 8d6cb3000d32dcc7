package org.quorate.raft;

import java.util.TreeMap;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.VoteRequest;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/** Asks for votes in one term, or with pre-vote whether it would get them in the next. */
final class Candidate implements RoleState {
  private final Raft raft;
  private final boolean preVote;
  private final boolean transfer; // of this campaign alone: the old leader asked for it
  private final TreeMap<NodeId, Boolean> answers = new TreeMap<>(); // [volatile]
  private long askedMs;

  Candidate(Raft raft, boolean preVote, boolean transfer) {
    this.raft = raft;
    this.preVote = preVote;
    this.transfer = transfer;
  }

  @Override
  public String word() {
    return preVote ? "pre-candidate" : "candidate";
  }

  boolean preVote() {
    return preVote;
  }

  /** The term it asks for. */
  long term() {
    return preVote ? raft.hard.term() + 1 : raft.hard.term();
  }

  void answer(NodeId from, boolean granted) {
    answers.put(from, granted);
  }

  /** Asks who has not answered; again when a heartbeat's time has passed, since messages get lost. */
  void ask() {
    askedMs = raft.timers.nowMs();
    for (Member m : raft.configs.current().members()) {
      if (m.role() == Role.VOTER
          && !m.node().equals(raft.self.node())
          && !answers.containsKey(m.node())) {
        raft.out.send(m.node(), Lane.CONTROL, request(m));
      }
    }
  }

  private VoteRequest request(Member voter) {
    return new VoteRequest(
        term(), voter.storeId(), raft.log.last(), raft.log.lastTerm(), preVote, transfer);
  }

  void tick() {
    if (raft.timers.nowMs() - askedMs >= raft.options.heartbeatMs()) {
      ask();
    }
  }

  /** True when a majority is for it. */
  boolean won() {
    return count(true) >= majority();
  }

  /** True when a majority can no longer be for it. */
  boolean lost() {
    int voters = Memberships.voters(raft.configs.current());
    return voters - count(false) < majority();
  }

  private int majority() {
    return Memberships.voters(raft.configs.current()) / 2 + 1;
  }

  private int count(boolean granted) {
    int count = 0;
    Membership membership = raft.configs.current();
    for (Member m : membership.members()) {
      if (m.role() == Role.VOTER && Boolean.valueOf(granted).equals(answerOf(m.node()))) {
        count++;
      }
    }
    return count;
  }

  private Boolean answerOf(NodeId voter) {
    if (!voter.equals(raft.self.node())) {
      return answers.get(voter);
    }
    // A real vote counts when it would survive a crash; a pre-vote promises nothing.
    return preVote || raft.hard.durableTerm() == term() && voter.equals(raft.hard.durableVote())
        ? Boolean.TRUE
        : null;
  }
}
