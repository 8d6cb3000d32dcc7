package org.quorate.client;

import org.quorate.api.Outcome;

/** An operation whose outcome is not a commit; the outcome says what to do next. */
public final class OutcomeException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Outcome outcome;

  public OutcomeException(Outcome outcome) {
    super(describe(outcome));
    this.outcome = outcome;
  }

  public Outcome outcome() {
    return outcome;
  }

  private static String describe(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected r) {
      return r.code() + ": " + r.message();
    }
    if (outcome instanceof Outcome.Indeterminate i) {
      return "the outcome is not known, it may have been executed: " + i.reason();
    }
    if (outcome instanceof Outcome.NotLeader n) {
      return "nothing was executed: no leader was found in time"
          + (n.hint() == null ? "" : ", last seen was " + n.hint())
          + (n.why().isEmpty() ? "" : ": " + n.why());
    }
    if (outcome instanceof Outcome.Executed e) {
      return "it was executed, as version "
          + e.gtid().version()
          + ", but the answer was lost and is not kept any more: read what it has left";
    }
    if (outcome instanceof Outcome.Overloaded o) {
      return "nothing was executed: " + o.limit() + " is reached";
    }
    return String.valueOf(outcome);
  }
}
