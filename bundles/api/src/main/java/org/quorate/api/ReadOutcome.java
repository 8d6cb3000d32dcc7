package org.quorate.api;

/** What became of a read. */
public sealed interface ReadOutcome {
  /** The state machine's answer at the version given. */
  record Answered(Gtid gtid, Bytes result) implements ReadOutcome {}

  /** Not answered; the outcome says what to do next. Never {@code Committed} or {@code Aborted}. */
  record Unanswered(Outcome why) implements ReadOutcome {}
}
