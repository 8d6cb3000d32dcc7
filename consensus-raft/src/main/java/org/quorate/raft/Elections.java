package org.quorate.raft;

import org.quorate.api.NodeId;

/** The transitions of {@link RoleState}. */
final class Elections {
  private final Raft raft;

  Elections(Raft raft) {
    this.raft = raft;
  }

  void tick() {
    if (raft.role instanceof Leader leader) {
      leader.tick();
    } else if (aloneAndAble() || firstOfAll() || raft.timers.electionDue()) {
      timeout();
    } else if (raft.role instanceof Candidate candidate) {
      candidate.tick();
    }
  }

  /** The only voter need not wait for a leader's silence. */
  private boolean aloneAndAble() {
    return raft.role == Follower.INSTANCE
        && raft.votes()
        && Memberships.voters(raft.configs.current()) == 1;
  }

  /**
   * In a group that never had a term there is no leader whose silence could be waited for: the voter
   * listed first campaigns at once, so that a new group serves as soon as a majority has opened it.
   */
  private boolean firstOfAll() {
    return raft.role == Follower.INSTANCE
        && raft.hard.term() == 0
        && raft.self.equals(Memberships.firstVoter(raft.configs.current()));
  }

  private void timeout() {
    if (!mayCampaign()) {
      raft.role = Follower.INSTANCE;
      raft.leader = null;
      raft.timers.drawTimeout();
      return;
    }
    raft.leader = null;
    start(new Candidate(raft, true, false)); // Raft §9.6
  }

  /** A learner, a removed node, one with another store and one whose disk hangs do not campaign. */
  boolean mayCampaign() {
    return (raft.votes() || isNeeded())
        && raft.disk.waitingMs(raft.timers.nowMs()) < raft.options.diskStallMs();
  }

  /**
   * Raft §4.2.2: a voter whose removal is not committed may be the only one with a log long enough.
   * It campaigns, without a vote of its own, so that the removal can be committed.
   */
  private boolean isNeeded() {
    return raft.configs.index() > raft.commit()
        && Memberships.votes(raft.configs.previous(), raft.self);
  }

  /** Raft §3.4: the next term, and its own vote, which counts when it is durable. */
  void campaign(boolean transfer) {
    raft.hard.adopt(raft.hard.term() + 1);
    raft.hard.voteFor(raft.self.node());
    raft.promises.dropAcknowledgement();
    raft.leader = null;
    start(new Candidate(raft, false, transfer));
  }

  private void start(Candidate candidate) {
    raft.role = candidate;
    raft.timers.drawTimeout();
    candidate.ask();
    tally(candidate);
  }

  /** Counts again after an answer or after the own vote became durable. */
  void tally(Candidate candidate) {
    if (candidate.won()) {
      if (candidate.preVote()) {
        campaign(false);
      } else {
        lead();
      }
    } else if (candidate.lost()) {
      follow(raft.hard.term(), null);
    }
  }

  private void lead() {
    Leader leader = new Leader(raft);
    raft.role = leader;
    raft.leader = raft.self.node();
    // Raft §6.4: nothing of earlier terms is known committed before an entry of this one is.
    leader.begin(raft.append(Entry.noop(raft.hard.term())));
  }

  /** Follows {@code leader} (null while unknown) in a term that is at least the current one. */
  void follow(long term, NodeId leader) {
    boolean newTerm = term > raft.hard.term();
    if (newTerm) {
      raft.hard.adopt(term);
      raft.promises.dropAcknowledgement();
    }
    RoleState before = raft.role;
    raft.role = Follower.INSTANCE;
    raft.leader = leader;
    if (before instanceof Leader deposed) {
      deposed.resign(leader, newTerm);
    }
    if (before != Follower.INSTANCE) {
      raft.timers.drawTimeout();
    }
  }
}
