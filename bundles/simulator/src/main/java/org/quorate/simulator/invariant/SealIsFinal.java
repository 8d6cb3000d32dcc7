package org.quorate.simulator.invariant;

/** A link is sealed once, by one plan at one position, and nothing has a later position. */
public final class SealIsFinal implements Invariant {
  private long plan;
  private long position;

  @Override
  public String check(Step step) {
    for (Step.Looked l : step.looked()) {
      if (l.sealedBy() != 0 && plan == 0) {
        plan = l.sealedBy();
        position = l.position();
      }
      boolean late = plan != 0 && l.position() > position;
      if (late || l.sealedBy() != 0 && (l.sealedBy() != plan || l.position() != position)) {
        return l.node()
            + " is at position "
            + l.position()
            + ", sealed by plan "
            + l.sealedBy()
            + "; the link is sealed by plan "
            + plan
            + " at "
            + position;
      }
    }
    return null;
  }
}
