package org.quorate.raft;

/**
 * Drops the log below the checkpoint that no peer needs. Peers that are behind hold it back, but for
 * no more than the retention budget: whoever is further behind gets a snapshot.
 */
final class Compaction {
  private final Raft raft;
  private long checkpoint; // [volatile] state up to here needs no log
  private long floor; // [volatile] every peer has the log up to here, as far as is known

  Compaction(Raft raft) {
    this.raft = raft;
  }

  void checkpointed(long inner) {
    checkpoint = Math.max(checkpoint, inner);
    run();
  }

  /** Told by the leader, or known to it. */
  void floor(long index) {
    floor = index;
    run();
  }

  private void run() {
    RaftLog log = raft.log;
    long top = Math.min(Math.min(checkpoint, raft.commit()), raft.disk.durable());
    if (top <= log.base()) {
      return;
    }
    long target = Math.max(Math.min(top, floor), beyondBudget(top));
    if (target <= log.base()) {
      return;
    }
    log.dropTo(target);
    raft.configs.dropTo(target);
    raft.seals.dropTo(target);
    raft.out.trim(target + 1);
  }

  /** The lowest index so that what is kept up to {@code top} fits the budget. */
  private long beyondBudget(long top) {
    RaftLog log = raft.log;
    long low = log.base();
    long high = top;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (log.bytes(middle, top) <= raft.options.retainBytes()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
