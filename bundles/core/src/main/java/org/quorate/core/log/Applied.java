package org.quorate.core.log;

import org.quorate.api.Outcome;

/** Told of each record that was delivered here, on the group's loop. */
@FunctionalInterface
public interface Applied {
  /**
   * The record's outcome.
   *
   * @param origin who proposed it
   * @param ticket the proposer's number for it
   */
  void outcome(long origin, long ticket, Outcome outcome);

  /** The state is now the one that donors keep a snapshot of. */
  default void marked(LogRecord.SnapshotMark mark) {}
}
