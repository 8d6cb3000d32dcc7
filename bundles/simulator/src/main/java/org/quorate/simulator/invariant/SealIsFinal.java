package org.quorate.simulator.invariant;

/** A link ends at one index, with one successor, and nobody goes on with it behind that. */
public final class SealIsFinal implements Invariant {
  private final History history;

  SealIsFinal(History history) {
    this.history = history;
  }

  @Override
  public String check(Step step) {
    history.add(step);
    for (Step.Looked l : step.looked()) {
      if (history.sealed(l.planId(), l.inner())) {
        return l.node()
            + " goes on with link "
            + l.planId()
            + " at "
            + l.inner()
            + ", which ended at "
            + history.lastInner(l.planId());
      }
      boolean follows =
          l.sealed() < 0
              || history.successor(l.sealed()) == l.planId()
                  && history.lastInner(l.sealed()) == l.sealInner()
                  && history.firstPosition(l.planId()) == l.firstPosition();
      if (!follows) {
        return l.node()
            + " has link "
            + l.planId()
            + " from position "
            + l.firstPosition()
            + " behind link "
            + l.sealed()
            + " sealed at "
            + l.sealInner()
            + "; that is followed by "
            + history.successor(l.sealed());
      }
    }
    return null;
  }
}
