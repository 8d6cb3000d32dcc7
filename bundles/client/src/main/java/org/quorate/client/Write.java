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

  /** What it counts for while it waits. */
  final int size;

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

  Write(Writes writes, Bytes command, Transaction transaction, long deadlineMs, int size) {
    this.writes = writes;
    this.command = command;
    this.transaction = transaction;
    this.deadlineMs = deadlineMs;
    this.size = size;
  }

  void complete(Outcome outcome) {
    if (!done) {
      done = true;
      writes.over(this);
      Promises.complete(promise, outcome);
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
