package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.Bytes;

/** No command is executed at two versions; the simulated clients never send two that are equal. */
public final class AppliedOnce implements Invariant {
  private final Map<Bytes, Long> versions = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Executed e : step.executed()) {
      if (e.command() != null) {
        Long before = versions.putIfAbsent(e.command(), e.version());
        if (before != null && before != e.version()) {
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
