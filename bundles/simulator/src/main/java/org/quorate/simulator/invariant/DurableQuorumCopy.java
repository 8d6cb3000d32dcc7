package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/** What is decided is synced on a majority, by weight, of the voters by the time anyone delivers it. */
public final class DurableQuorumCopy implements Invariant {
  private final Map<Long, Long> highest = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Delivered d : step.delivered()) {
      if (d.inner() <= highest.getOrDefault(d.planId(), 0L)) {
        continue;
      }
      highest.put(d.planId(), d.inner());
      if (!majority(step, d, true) && !majority(step, d, false)) {
        return d.node()
            + " delivered "
            + d.inner()
            + " that is not synced on a majority of the voters of "
            + d.members();
      }
    }
    return null;
  }

  private static boolean majority(Step step, Step.Delivered d, boolean atIndex) {
    int votes = 0;
    int holders = 0;
    for (Member member : d.members().members()) {
      if (member.role() == Role.VOTER) {
        votes += member.weight();
        holders += step.holds(member.node(), d, atIndex) ? member.weight() : 0;
      }
    }
    return holders > votes / 2;
  }
}
