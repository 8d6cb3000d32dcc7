package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.NodeId;

/** Every delivered record takes exactly one position; positions never fall behind versions. */
public final class PositionsHaveNoGap implements Invariant {
  private record Base(long incarnation, long history, long offset) {}

  private final Map<NodeId, Base> bases = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Looked l : step.looked()) {
      if (l.sealedBy() != 0) {
        continue; // what a sealed link still delivers has no position
      }
      long offset = l.position() - l.deliveries();
      Base now = new Base(l.incarnation(), l.history(), offset);
      Base before = bases.put(l.node(), now);
      if (before != null
          && before.incarnation() == l.incarnation()
          && before.history() == l.history()
          && before.offset() != offset) {
        return l.node()
            + " is at position "
            + l.position()
            + " but "
            + (before.offset() + l.deliveries())
            + " records were delivered to it";
      }
    }
    return null;
  }
}
