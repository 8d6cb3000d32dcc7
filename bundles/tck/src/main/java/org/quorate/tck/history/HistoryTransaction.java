package org.quorate.tck.history;

import java.util.List;

/**
 * A transaction as its client saw it.
 *
 * @param process the session: its transactions follow one another
 * @param beganNs when it was begun, on one clock for the whole history
 * @param endedNs when its client knew the end; of no meaning if that never was
 * @param version version of its commit, for histories of registers whose writes are blind; 0 if it
 *     is not known. The order of versions is then taken for the order of writes.
 */
public record HistoryTransaction(
    int process,
    long beganNs,
    long endedNs,
    Status status,
    long version,
    List<Operation> operations) {

  /** How it ended. */
  public enum Status {
    COMMITTED,
    /** It certainly had no effect. */
    ABORTED,
    /** It may have been committed, or may be yet. */
    UNKNOWN
  }

  public HistoryTransaction {
    operations = List.copyOf(operations);
  }

  @Override
  public String toString() {
    return "process " + process + ", " + status.name().toLowerCase() + ", " + operations;
  }
}
