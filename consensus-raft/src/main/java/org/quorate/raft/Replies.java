package org.quorate.raft;

/** What every reply means to whom it reaches. */
final class Replies {
  private Replies() {}

  /** The leader it concerns; null when it is of another term. Raft §3.3: a higher term deposes. */
  static Leader leaderOf(Raft raft, long term) {
    if (term > raft.hard.term()) {
      raft.elections.follow(term, null);
    }
    return term == raft.hard.term() ? raft.leading() : null;
  }
}
