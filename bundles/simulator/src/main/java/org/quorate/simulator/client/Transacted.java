package org.quorate.simulator.client;

import java.util.List;

/**
 * A transaction on lists as its client saw it.
 *
 * @param calledUs when it began, virtual microseconds
 * @param endedUs when its client knew the end
 * @param version version of its commit, 0 if it is not known
 * @param accesses what it did, in order
 */
public record Transacted(
    int client, long calledUs, long endedUs, Fate fate, long version, List<Access> accesses) {
  /** What became of it. */
  public enum Fate {
    COMMITTED,
    ABORTED,
    UNKNOWN
  }

  /**
   * One step of a transaction.
   *
   * @param append whether {@code values} (one) was appended; else all of the list was read
   */
  public record Access(String key, boolean append, long... values) {}

  public Transacted {
    accesses = List.copyOf(accesses);
  }
}
