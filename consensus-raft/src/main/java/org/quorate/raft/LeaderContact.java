package org.quorate.raft;

import org.quorate.api.NodeId;

/** What every message of a leader means to whom it reaches. */
final class LeaderContact {
  private LeaderContact() {}

  /** Whether it is from the leader of the present term, who is then followed. */
  static boolean accept(Raft raft, NodeId from, long term) {
    boolean sameTerm = term == raft.hard.term();
    if (sameTerm && raft.leader != null && !raft.leader.equals(from)) {
      raft.halt("term " + term + " has two leaders: " + raft.leader + " and " + from);
      return false;
    }
    if (!sameTerm || raft.role != Follower.INSTANCE || raft.leader == null) {
      raft.elections.follow(term, from);
    }
    raft.timers.heardLeader();
    return true;
  }
}
