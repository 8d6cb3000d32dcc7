package org.quorate.simulator.invariant;

import java.util.List;

/** The properties that hold for every strategy. */
public final class Invariants {
  private Invariants() {}

  /** New ones for one simulation. */
  public static List<Invariant> all(long pendingMax, long dirtyMaxBytes, long leaseToleranceMs) {
    History history = new History();
    return List.of(
        new DecidedPrefixesAgree(),
        new DurableQuorumCopy(),
        new NothingAcknowledgedLost(),
        new AppliedOnce(),
        new VersionsAgree(),
        new VersionsMonotone(),
        new PositionsHaveNoGap(history),
        new EqualPositionEqualStateHash(),
        new LeasesEndInTime(history, leaseToleranceMs),
        new SealIsFinal(history),
        new NamedErrorOnCorruption(),
        new MemoryBounded(pendingMax, dirtyMaxBytes));
  }
}
