package org.quorate.client;

import io.vertx.core.Promise;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.Transaction;
import org.quorate.api.protocol.Outcomes;

/** A proposal from the call to its outcome. */
final class Write implements Connection.Waiter {
  private final Writes writes;
  final Bytes command;
  final Transaction transaction;
  final long deadlineMs;
  final Promise<Outcome> promise = Promise.promise();

  /** Number in the session; 0 while it has none. */
  long sequence;

  /** How often it was sent under this sequence. */
  int sends;

  /** Where it is under way, or null. */
  Connection at;

  /** Not to be sent again before. */
  long notBeforeMs;

  /** An earlier send may have been executed, or may be later. */
  boolean uncertain;

  boolean done;

  Write(Writes writes, Bytes command, Transaction transaction, long deadlineMs) {
    this.writes = writes;
    this.command = command;
    this.transaction = transaction;
    this.deadlineMs = deadlineMs;
  }

  void complete(Outcome outcome) {
    if (!done) {
      done = true;
      promise.complete(outcome);
    }
  }

  @Override
  public void outcome(Outcomes.Addressed outcome) {
    Connection from = at;
    at = null;
    if (!done) {
      writes.answered(this, from, outcome);
    }
  }

  @Override
  public void lost(String why) {
    Connection from = at;
    at = null;
    if (!done) {
      writes.lost(this, from);
    }
  }
}
