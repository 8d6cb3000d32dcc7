package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.quorate.api.Bytes;

/** No command is executed at two versions, but for those that a client meant to send twice. */
public final class AppliedOnce implements Invariant {
  private final Map<Bytes, Long> versions = new HashMap<>();
  private final Predicate<Bytes> twice;

  /**
   * One for a simulation.
   *
   * @param twice whether clients sent equal commands
   */
  AppliedOnce(Predicate<Bytes> twice) {
    this.twice = twice;
  }

  @Override
  public String check(Step step) {
    for (Step.Executed e : step.executed()) {
      if (e.command() != null) {
        Long before = versions.putIfAbsent(e.command(), e.version());
        if (before != null && before != e.version() && !twice.test(e.command())) {
          return e.node()
              + " executed "
              + e.command()
              + " at version "
              + e.version()
              + ", it has version "
              + before;
        }
      }
    }
    return null;
  }
}
