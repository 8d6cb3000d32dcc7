package org.quorate.raft;

/**
 * The decisions that safety hangs on, one by one. There is one set of them; tests replace single
 * rules to see that the simulator catches who breaks them.
 */
class Rules {
  static final Rules SOUND = new Rules();

  /** Raft §3.6.2, §5.4.2 of the paper: only an entry of the own term is committed by counting. */
  boolean commitsByCounting(long entryTerm, long term) {
    return entryTerm == term;
  }

  /** Raft §3.5: only an entry that conflicts with the leader's is removed. */
  boolean removes(long ownTerm, long leadersTerm) {
    return ownTerm != leadersTerm;
  }

  /**
   * Raft §6.2, and OpenRaft #2080: without a quorum a leader falls silent, heartbeats included, since
   * they would keep others from electing a leader that has one.
   */
  boolean leadsOnWithoutQuorum() {
    return false;
  }

  /** Raft §6.4: a quorum confirms that nobody else leads before a read is answered. */
  boolean readsUnconfirmed() {
    return false;
  }
}
