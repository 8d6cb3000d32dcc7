package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Membership;

/** Read-only sight of a node's Raft state, for invariants and tests; valid between steps. */
public final class RaftView {
  private final Raft raft;

  RaftView(Raft raft) {
    this.raft = raft;
  }

  public long storeId() {
    return raft.self.storeId();
  }

  public boolean leads() {
    return raft.leading() != null && raft.halted() == null;
  }

  /** Why it stopped, or null. */
  public String halted() {
    return raft.halted();
  }

  public long term() {
    return raft.hard.term();
  }

  public NodeId vote() {
    return raft.hard.vote();
  }

  /** The term that a restart would find at least. */
  public long durableTerm() {
    return raft.hard.durableTerm();
  }

  /** The vote in {@link #durableTerm()}, or null. */
  public NodeId durableVote() {
    return raft.hard.durableVote();
  }

  public NodeId leader() {
    return raft.leader;
  }

  public long commit() {
    return raft.commit();
  }

  /** Index before the first entry in memory. */
  public long base() {
    return raft.log.base();
  }

  public long last() {
    return raft.log.last();
  }

  /** Term of the entry, -1 below base and above last. */
  public long term(long index) {
    return raft.log.term(index);
  }

  /** The record of an entry after base. */
  public Bytes record(long index) {
    return raft.log.record(index);
  }

  /** The log up to here is known to be on disk. */
  public long durable() {
    return raft.disk.durable();
  }

  /** The membership in force, committed or not. */
  public Membership membership() {
    return raft.configs.current();
  }

  /** Memberships in the log that are not known committed here. */
  public int uncommittedConfigurations() {
    return raft.configs.after(raft.commit());
  }
}
