package org.quorate.client;

import org.quorate.api.Gtid;

/**
 * A transaction met two histories of its group: the group was bootstrapped by force while it ran. What
 * the new history holds is not what the transaction had read.
 */
public final class HistoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Gtid read;
  private final transient Gtid met;
  private final boolean committed;

  private HistoryException(String message, Gtid read, Gtid met, boolean committed) {
    super(message);
    this.read = read;
    this.met = met;
    this.committed = committed;
  }

  static HistoryException betweenReads(Gtid read, Gtid met) {
    return new HistoryException(
        "nothing was executed: the snapshot is "
            + read
            + " and a later read was answered at "
            + met
            + ", of another history: read all again",
        read,
        met,
        false);
  }

  static HistoryException atTheCommit(Gtid read, Gtid met) {
    return new HistoryException(
        "committed as "
            + met
            + ", but what it had read is "
            + read
            + ", of another history: what the group wrote since the fork was not looked at;"
            + " read again and compare",
        read,
        met,
        true);
  }

  /** The snapshot. */
  public Gtid read() {
    return read;
  }

  /** What was met of the other history. */
  public Gtid met() {
    return met;
  }

  /** Whether the writes were executed; if not, nothing was. */
  public boolean committed() {
    return committed;
  }
}
