package org.quorate.core.replica;

import org.quorate.api.GroupStatus.State;

/** Whether a replica takes part, and if not, why. On the group's loop. */
final class Condition {
  private State state = State.RUNNING;
  private String why = "";
  private boolean closed;

  State state() {
    return state;
  }

  String why() {
    return why;
  }

  /** Takes part: nothing broke, nothing is missing, not closed. */
  boolean running() {
    return state == State.RUNNING && !closed;
  }

  /** Nothing may be done any more. */
  boolean over() {
    return closed || state == State.FAILED;
  }

  boolean closed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  /** False if it had failed before. */
  boolean fail(String reason) {
    if (state == State.FAILED) {
      return false;
    }
    state = State.FAILED;
    why = reason;
    return true;
  }

  /** What it needs is not there; true if that is news. */
  boolean park(String reason) {
    if (state == State.FAILED || state == State.PARKED && why.equals(reason)) {
      return false;
    }
    state = State.PARKED;
    why = reason;
    return true;
  }

  /** What was missing is there again; true if that is news. */
  boolean resume() {
    if (state != State.PARKED) {
      return false;
    }
    state = State.RUNNING;
    why = "";
    return true;
  }
}
