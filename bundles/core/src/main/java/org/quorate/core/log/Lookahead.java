package org.quorate.core.log;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.log.VirtualLog.Upcoming;
import org.quorate.spi.state.Footprint;
import org.quorate.spi.state.StateMachine;

/**
 * Goes over the records that come next, as far as it can be told now what will become of them: up to
 * one that is no command, that concerns the whole state, or whose part depends on one before it.
 */
final class Lookahead {
  private static final int RECORDS = 256;

  /** Commands worked out together: their results are in memory at once. */
  private static final int TASKS = 64;

  private final VirtualLog log;
  private final StateMachine machine;
  private final long costly;
  private final Ahead ahead;
  private long version;

  Lookahead(VirtualLog log, StateMachine machine, long costly) {
    this.log = log;
    this.machine = machine;
    this.costly = costly;
    this.ahead = new Ahead(machine);
    this.version = log.version();
  }

  /** What it found; of one record at least, which may be of any kind. */
  Ahead over(Iterable<Upcoming> records) {
    for (Upcoming next : records) {
      boolean plain = next.payload() == null || passes(next);
      if (plain || ahead.records() == 0) {
        ahead.passed();
      }
      if (!plain || next.ends() || ahead.records() == RECORDS || ahead.size() == TASKS) {
        break;
      }
    }
    return ahead;
  }

  private boolean passes(Upcoming next) {
    LogRecord record;
    try {
      record = LogRecord.decode(next.payload()).record();
    } catch (MalformedException e) {
      return false;
    }
    if (record instanceof LogRecord.Command command) {
      return passes(next.inner(), command.proposal());
    }
    return record instanceof LogRecord.KeepAlive
        || record instanceof LogRecord.OpenSession
        || record instanceof LogRecord.HashReport;
  }

  private boolean passes(long inner, Proposal proposal) {
    if (uncertain(proposal.transaction())) {
      return false;
    }
    if (!log.commits(proposal)) {
      return true;
    }
    Footprint footprint = machine.footprint(proposal.command());
    if (footprint == null) {
      return false;
    }
    version++;
    if (footprint.cost() >= costly) {
      if (ahead.depends(footprint.keys(), footprint.ranges())) {
        return false;
      }
      ahead.add(inner, log.rehearsal(proposal, version));
    }
    ahead.passed(footprint);
    return true;
  }

  /** Whether its verdict hangs on a record before it that was only looked at. */
  private boolean uncertain(Transaction transaction) {
    if (transaction == null) {
      return false;
    }
    List<Bytes> reads = transaction.readKeys();
    return transaction.isolated()
        || transaction.snapshotVersion() > log.version()
        || ahead.depends(reads, transaction.readRanges())
        || ahead.depends(transaction.writtenKeys(), List.of());
  }
}
