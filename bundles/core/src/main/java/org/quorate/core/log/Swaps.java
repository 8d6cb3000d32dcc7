package org.quorate.core.log;

import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;

/** Executes the records that change the chain: one plan at a time, the first of seal and abort wins. */
final class Swaps {
  private static final long RETRY_MS = 200;

  private Chain chain;
  private Bytes answer = Bytes.EMPTY;

  Swaps(Chain genesis) {
    chain = genesis;
  }

  Chain chain() {
    return chain;
  }

  void reset(Chain to) {
    chain = to;
  }

  /** What the record that was executed last is answered with. */
  Bytes answer() {
    return answer;
  }

  /**
   * Executes a record.
   *
   * @param end ends the active link here
   * @return why it had no effect, or null
   */
  Outcome execute(LogRecord record, long position, long timeMs, Supplier<Chain.Seal> end) {
    answer = Bytes.EMPTY;
    if (record instanceof LogRecord.Prepare prepare) {
      return prepare(prepare, position, timeMs);
    } else if (record instanceof LogRecord.Seal seal) {
      if (!open(seal.planId())) {
        return closed(seal.planId());
      }
      chain = chain.switched(position, end.get());
    } else if (record instanceof LogRecord.AbortPlan abort) {
      if (!open(abort.planId())) {
        return closed(abort.planId());
      }
      chain = chain.aborted(position, abort.why());
    } else if (record instanceof LogRecord.Retire retire) {
      if (chain.predecessor() != null && chain.predecessor().epoch() == retire.epoch()) {
        chain = chain.retired(position);
      }
    } else if (!(record instanceof LogRecord.Probe)) {
      throw new IllegalArgumentException("record " + record);
    }
    return null;
  }

  private boolean open(long planId) {
    return chain.plan() != null && chain.plan().planId() == planId;
  }

  private static Outcome closed(long planId) {
    return new Rejected(Rejection.UNSUPPORTED, "plan " + planId + " is not open");
  }

  private Outcome prepare(LogRecord.Prepare prepare, long position, long timeMs) {
    Chain.Plan open = chain.plan();
    if (open != null) {
      return new Overloaded(
          RETRY_MS, "swap " + open.planId() + " to " + open.target().strategy() + " under way");
    }
    if (chain.predecessor() != null) {
      return new Overloaded(
          RETRY_MS, "link " + chain.predecessor().epoch() + " is not retired yet");
    }
    Chain.Link target =
        new Chain.Link(
            chain.active().epoch() + 1,
            position,
            prepare.strategy(),
            prepare.options(),
            prepare.members(),
            0,
            prepare.asked());
    chain = chain.planned(new Chain.Plan(target, prepare.base(), timeMs + prepare.timeoutMs()));
    answer = Bytes.ofLong(position);
    return null;
  }
}
