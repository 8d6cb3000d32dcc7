package org.quorate.simulator.invariant;

/** Each record of each link up to its seal takes one position, over all links without a gap. */
public final class PositionsHaveNoGap implements Invariant {
  private final History history;

  PositionsHaveNoGap(History history) {
    this.history = history;
  }

  @Override
  public String check(Step step) {
    history.add(step);
    for (Step.Looked l : step.looked()) {
      long expected = history.position(l.planId(), l.inner());
      if (l.position() != expected) {
        return l.node()
            + " is at position "
            + l.position()
            + ", but index "
            + l.inner()
            + " of link "
            + l.planId()
            + " has position "
            + expected;
      }
    }
    return null;
  }
}
