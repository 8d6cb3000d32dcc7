package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * What is decided is synced on a majority, by weight, of the voters by the time anyone delivers it. What
 * is below a change of the members that the node goes by already may be decided by those before it.
 */
public final class DurableQuorumCopy implements Invariant {
  private final Map<Long, Long> highest = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Delivered d : step.delivered()) {
      if (d.inner() <= highest.getOrDefault(d.planId(), 0L)) {
        continue;
      }
      highest.put(d.planId(), d.inner());
      boolean copied =
          majority(step, d, d.members()) || d.before() != null && majority(step, d, d.before());
      if (!copied) {
        return d.node()
            + " delivered "
            + d.inner()
            + " that is not synced on a majority of the voters of "
            + d.members();
      }
    }
    return null;
  }

  private static boolean majority(Step step, Step.Delivered d, Membership of) {
    return majority(step, d, of, true) || majority(step, d, of, false);
  }

  private static boolean majority(Step step, Step.Delivered d, Membership of, boolean atIndex) {
    int votes = 0;
    int holders = 0;
    for (Member member : of.members()) {
      if (member.role() == Role.VOTER) {
        votes += member.weight();
        holders += step.holds(member.node(), d, atIndex) ? member.weight() : 0;
      }
    }
    return holders > votes / 2;
  }
}
