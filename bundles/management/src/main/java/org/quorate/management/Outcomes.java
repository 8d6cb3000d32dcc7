package org.quorate.management;

import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.ReadOutcome;

/** Turns what became of a proposal or read into an answer or a failure. */
public final class Outcomes {
  private Outcomes() {}

  static Bytes committed(Outcome outcome) {
    if (outcome instanceof Outcome.Committed committed) {
      return committed.result();
    }
    throw failure(outcome);
  }

  static Bytes answered(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Answered answered) {
      return answered.result();
    }
    throw failure((ReadOutcome.Unanswered) outcome);
  }

  /** What a caller is told of a read that was not answered: it changed nothing, whatever happened. */
  public static OperationException failure(ReadOutcome.Unanswered outcome) {
    return outcome.why() instanceof Outcome.Indeterminate o
        ? unavailable(
            "the read was not answered: " + o.reason(),
            "try again; group why tells whether a majority is there")
        : failure(outcome.why());
  }

  /** What a caller is told of an outcome other than a commit. */
  public static OperationException failure(Outcome outcome) {
    if (outcome instanceof Outcome.NotLeader o && !o.why().isEmpty()) {
      return unavailable(o.why(), o.hint() == null ? "see group why" : "send it to " + o.hint());
    } else if (outcome instanceof Outcome.NotLeader o) {
      return o.hint() == null
          ? unavailable("nobody leads the group at the moment", "try again; see group why")
          : unavailable("this node is not the leader", "send it to " + o.hint());
    } else if (outcome instanceof Outcome.Overloaded o) {
      return new OperationException(
          FailureCode.OVERLOADED,
          "limit reached: " + o.limit(),
          "try again in " + o.retryAfterMs() + " ms");
    } else if (outcome instanceof Outcome.Indeterminate o) {
      return new OperationException(
          FailureCode.INDETERMINATE,
          "not known whether it was done: " + o.reason(),
          "read before you repeat it");
    } else if (outcome instanceof Outcome.Executed o) {
      return new OperationException(
          FailureCode.INDETERMINATE,
          "it was done, as version " + o.gtid().version() + ", but its answer is not kept any more",
          "read what it has left before you repeat it");
    } else if (outcome instanceof Outcome.Aborted o) {
      return new OperationException(
          FailureCode.CONFLICT, "conflict: " + o.conflict(), "read again and decide again");
    } else if (outcome instanceof Outcome.Rejected o) {
      return rejected(o);
    }
    return new OperationException(FailureCode.INTERNAL, outcome.toString(), "see the log");
  }

  private static OperationException unavailable(String message, String next) {
    return new OperationException(FailureCode.UNAVAILABLE, message, next);
  }

  private static OperationException rejected(Outcome.Rejected o) {
    FailureCode code =
        switch (o.code()) {
          case UNKNOWN_GROUP, COMPACTED -> FailureCode.NOT_FOUND;
          case TOO_LARGE -> FailureCode.TOO_LARGE;
          case PARKED -> FailureCode.UNAVAILABLE;
          case FORKED -> FailureCode.CONFLICT;
          case UNSUPPORTED -> FailureCode.UNSUPPORTED;
          case FORBIDDEN -> FailureCode.FORBIDDEN;
          case MALFORMED, SESSION_EXPIRED, SEQUENCE_FORGOTTEN, FUTURE_SNAPSHOT ->
              FailureCode.BAD_REQUEST;
        };
    String next =
        switch (o.code()) {
          case UNKNOWN_GROUP -> "group list shows the groups of this node";
          case PARKED -> "group why tells what is missing";
          case FORKED -> "ask a node that has the group's history, or reseed this one";
          case COMPACTED -> "read a newer revision";
          case FORBIDDEN -> "use the credential of somebody who may";
          default -> "correct the request";
        };
    return new OperationException(code, o.message(), next);
  }
}
