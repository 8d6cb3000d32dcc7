package org.quorate.simulator.invariant;

/** What a replica holds in memory alone is bounded: waiting callers, state not checkpointed. */
public final class MemoryBounded implements Invariant {
  private final long pendingMax;
  private final long dirtyMaxBytes;

  /**
   * With bounds.
   *
   * @param pendingMax proposals and reads under way at one replica
   * @param dirtyMaxBytes state in memory and in the log only
   */
  public MemoryBounded(long pendingMax, long dirtyMaxBytes) {
    this.pendingMax = pendingMax;
    this.dirtyMaxBytes = dirtyMaxBytes;
  }

  @Override
  public String check(Step step) {
    for (Step.Looked l : step.looked()) {
      if (l.pending() > pendingMax) {
        return l.node() + " has " + l.pending() + " callers waiting, over " + pendingMax;
      }
      if (l.dirtyBytes() > dirtyMaxBytes) {
        return l.node() + " holds " + l.dirtyBytes() + " dirty bytes, over " + dirtyMaxBytes;
      }
    }
    return null;
  }
}
