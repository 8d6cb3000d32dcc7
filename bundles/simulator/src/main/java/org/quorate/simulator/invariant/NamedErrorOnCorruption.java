package org.quorate.simulator.invariant;

/**
 * A process that finds a damaged durable record stops with an error that says so, and writes nothing
 * after it.
 */
public final class NamedErrorOnCorruption implements Invariant {
  @Override
  public String check(Step step) {
    if (!step.wroteAfterCorruption().isEmpty()) {
      return "written after a corrupt record was found: " + step.wroteAfterCorruption();
    }
    for (Step.Stopped s : step.stopped()) {
      if (!s.corruptionNamed()) {
        return s.node() + " stopped without naming what is corrupt: " + s.why();
      }
    }
    return null;
  }
}
