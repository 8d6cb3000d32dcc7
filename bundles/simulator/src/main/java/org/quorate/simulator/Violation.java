package org.quorate.simulator;

/** An invariant does not hold. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String invariant;

  Violation(String invariant, String what) {
    super(what, null, false, false);
    this.invariant = invariant;
  }

  Violation(String invariant, String what, Throwable cause) {
    super(what, cause);
    this.invariant = invariant;
  }

  String invariant() {
    return invariant;
  }
}
