package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;

/** What is decided is synced on a majority of the voters by the time anyone delivers it. */
public final class DurableQuorumCopy implements Invariant {
  private final Map<Long, Long> highest = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Delivered d : step.delivered()) {
      if (d.inner() <= highest.getOrDefault(d.planId(), 0L)) {
        continue;
      }
      highest.put(d.planId(), d.inner());
      List<NodeId> voters = d.voters();
      long holders = voters.stream().filter(v -> step.holds(v, d, true)).count();
      if (holders <= voters.size() / 2) {
        holders = voters.stream().filter(v -> step.holds(v, d, false)).count();
      }
      if (holders <= voters.size() / 2) {
        return d.node()
            + " delivered "
            + d.inner()
            + " that is synced on "
            + holders
            + " of the voters "
            + voters;
      }
    }
    return null;
  }
}
