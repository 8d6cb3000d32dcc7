package org.quorate.tck.simulation.mutants;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.quorate.core.log.LogRecord;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Submission;

/** Orders other records than those that were submitted: the platform's part is broken by it. */
public final class RewritesRecords extends WrappedStrategy {
  private final UnaryOperator<LogRecord> rewrite;

  /**
   * A mutant.
   *
   * @param rewrite what is ordered in the place of a record; itself to leave it
   */
  public RewritesRecords(ConsensusStrategy strategy, UnaryOperator<LogRecord> rewrite) {
    super(strategy);
    this.rewrite = rewrite;
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    return new WrappedLoglet(protocol) {
      @Override
      protected List<Event> before(List<Event> turn) {
        List<Event> changed = new ArrayList<>(turn.size());
        for (Event event : turn) {
          changed.add(
              event instanceof Event.Submitted s
                  ? new Event.Submitted(
                      s.submissions().stream().map(RewritesRecords.this::rewritten).toList())
                  : event);
        }
        return changed;
      }
    };
  }

  private Submission rewritten(Submission submission) {
    LogRecord.Envelope found = LogRecord.decode(submission.payload());
    LogRecord record = rewrite.apply(found.record());
    return record == found.record()
        ? submission
        : new Submission(
            submission.ticket(), LogRecord.encode(found.origin(), found.ticket(), record));
  }
}
