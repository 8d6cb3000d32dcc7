package org.quorate.simulator.invariant;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.core.log.VirtualLog;

/** The properties that hold for every strategy. */
public final class Invariants {
  private Invariants() {}

  /**
   * New ones for one simulation.
   *
   * @param twice whether a command was sent twice, each time meant to be executed
   * @param open opens the virtual log of an empty state, which tells what it executes
   */
  public static List<Invariant> all(
      long pendingMax,
      long dirtyMaxBytes,
      long leaseToleranceMs,
      Predicate<Bytes> twice,
      Function<VerdictsFollowFromTheLog.Executed, VirtualLog> open) {
    History history = new History();
    return List.of(
        new DecidedPrefixesAgree(),
        new DurableQuorumCopy(),
        new NothingAcknowledgedLost(),
        new AppliedOnce(twice),
        new VersionsAgree(),
        new VerdictsFollowFromTheLog(history, open),
        new VersionsMonotone(),
        new PositionsHaveNoGap(history),
        new EqualPositionEqualStateHash(),
        new SnapshotsAgree(),
        new LeasesEndInTime(history, leaseToleranceMs),
        new SealIsFinal(history),
        new NamedErrorOnCorruption(),
        new MemoryBounded(pendingMax, dirtyMaxBytes));
  }
}
