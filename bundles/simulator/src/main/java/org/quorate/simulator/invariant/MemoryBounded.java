package org.quorate.simulator.invariant;

/** What a link holds without a decision is bounded. */
public final class MemoryBounded implements Invariant {
  private final long undecidedMax;

  /**
   * With a bound.
   *
   * @param undecidedMax entries behind the last decided one
   */
  public MemoryBounded(long undecidedMax) {
    this.undecidedMax = undecidedMax;
  }

  @Override
  public String check(Step step) {
    for (Step.Looked l : step.looked()) {
      if (l.undecided() > undecidedMax) {
        return l.node() + " holds " + l.undecided() + " undecided entries, over " + undecidedMax;
      }
    }
    return null;
  }
}
