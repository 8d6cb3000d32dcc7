package org.quorate.tck.simulation.mutants;

import java.util.List;
import org.quorate.api.Isolation;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.core.log.LogRecord;

/** Ways to rewrite records, each a defect of the platform. */
public final class Records {
  private Records() {}

  /** Ordered time runs twice as fast: leases end early. */
  public static LogRecord hastyTime(LogRecord record) {
    return record instanceof LogRecord.TimeStep s
        ? new LogRecord.TimeStep(s.fromMs(), 2 * s.deltaMs())
        : record;
  }

  /** The certifier does not see which ranges were read. */
  public static LogRecord withoutReadRanges(LogRecord record) {
    return transaction(
        record,
        t ->
            new Transaction(
                t.snapshotVersion(), t.level(), t.readKeys(), List.of(), t.writtenKeys()));
  }

  /** The certifier does not see which keys are written. */
  public static LogRecord withoutWrittenKeys(LogRecord record) {
    return transaction(
        record,
        t -> new Transaction(t.snapshotVersion(), t.level(), List.of(), t.readRanges(), List.of()));
  }

  /** A typed operation is certified as if it had read the state of the beginning. */
  public static LogRecord certifyingOperations(LogRecord record) {
    if (record instanceof LogRecord.Command c && c.proposal().transaction() == null) {
      Proposal p = c.proposal();
      Transaction all = new Transaction(0, Isolation.STRICT, List.of(), List.of(), List.of());
      return new LogRecord.Command(
          c.node(), new Proposal(p.session(), p.sequence(), p.acknowledged(), p.command(), all));
    }
    return record;
  }

  private static LogRecord transaction(
      LogRecord record, java.util.function.UnaryOperator<Transaction> change) {
    if (record instanceof LogRecord.Command c && c.proposal().transaction() != null) {
      Proposal p = c.proposal();
      return new LogRecord.Command(
          c.node(),
          new Proposal(
              p.session(),
              p.sequence(),
              p.acknowledged(),
              p.command(),
              change.apply(p.transaction())));
    }
    return record;
  }
}
