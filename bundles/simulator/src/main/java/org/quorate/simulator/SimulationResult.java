package org.quorate.simulator;

import java.util.List;
import java.util.Set;

/**
 * What became of one seed.
 *
 * @param targets what swaps went to beside the strategy
 * @param disk what kept the logs
 * @param workload name of the clients; empty for the usual ones
 * @param invariant name of the one that failed; null when all held
 * @param failure what was wrong; empty when nothing was
 * @param step number of the step after which it was found
 * @param virtualMs virtual time at the end
 * @param operations client operations called
 * @param indeterminate those among them whose fate the client never learned
 * @param marks what happened in it
 */
public record SimulationResult(
    String strategy,
    List<String> targets,
    String disk,
    String workload,
    long seed,
    String invariant,
    String failure,
    long step,
    long virtualMs,
    int operations,
    int indeterminate,
    Set<Mark> marks) {
  /** Things that a seed may have had. */
  public enum Mark {
    ROLE_CHANGE,
    TRUNCATION,
    SNAPSHOT,
    CRASH,
    POWER_FAILURE,
    STORM,
    PARTITION,
    CORRUPTION,
    CORRUPTION_FOUND,
    DISK_ERROR,
    PAUSE,
    BUSY,
    SLEPT_THROUGH_SWAPS,
    SNAPSHOT_IN_SWAP,
    MEMBERSHIP_IN_SWAP,
    HAND_OVER,
    MEMBERSHIP_CHANGE,
    STORE_REPLACED,
    LEASE_EXPIRED,
    ABORT,
    SWAP,
    SWAP_ABORTED,
    SWAPS_AT_ONCE,
    STORAGE_MOVED,
    STORAGE_MOVE_ABORTED,
    MOVE_IN_SWAP,
    KILL_IN_SNAPSHOT,
    SNAPSHOT_OF_SEVERAL
  }

  public boolean passed() {
    return invariant == null;
  }

  /** The one command that runs it again with a trace. */
  public String replay() {
    return "./quorate sim --strategy "
        + strategy
        + (targets.isEmpty() ? "" : " --swap-to " + String.join(",", targets))
        + (disk.equals(Subject.RECORDS) ? "" : " --disk " + disk)
        + (workload.isEmpty() ? "" : " --workload " + workload)
        + " --seed "
        + seed
        + " --trace";
  }

  @Override
  public String toString() {
    return passed()
        ? "seed " + seed + " passed"
        : "seed "
            + seed
            + ": "
            + invariant
            + " at step "
            + step
            + ", "
            + virtualMs
            + " ms: "
            + failure;
  }
}
