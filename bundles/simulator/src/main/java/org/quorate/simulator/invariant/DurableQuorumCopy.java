package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * What is decided is synced on a majority, by weight, of the voters by the time anyone delivers it. What
 * is below a change of the members that the node goes by already may be decided by those before it.
 *
 * <p>A planned link keeps the members that it was planned with. Once one of them is removed, the plan
 * cannot be sealed any more and the store may be gone: what the link decides then may count it, but
 * nobody may go on with that link ever.
 */
public final class DurableQuorumCopy implements Invariant {
  private final Map<Long, Long> highest = new HashMap<>();
  private final Set<Long> removed = new HashSet<>(); // stores
  private final Set<Long> doomed = new HashSet<>(); // plans

  @Override
  public String check(Step step) {
    step.removed().forEach(r -> removed.add(r.storeId()));
    for (Step.Delivered d : step.delivered()) {
      if (d.inner() <= highest.getOrDefault(d.planId(), 0L)) {
        continue;
      }
      highest.put(d.planId(), d.inner());
      if (copied(step, d, Set.of())) {
        continue;
      }
      if (!copied(step, d, removed)) {
        return d.node()
            + " delivered "
            + d.inner()
            + " that is not synced on a majority of the voters of "
            + d.members();
      }
      doomed.add(d.planId());
    }
    for (Step.Looked l : step.looked()) {
      if (doomed.contains(l.planId())) {
        return l.node()
            + " goes on with the link of plan "
            + l.planId()
            + ", of which something decided was synced on a majority only by counting removed"
            + " members";
      }
    }
    return null;
  }

  private static boolean copied(Step step, Step.Delivered d, Set<Long> gone) {
    return majority(step, d, d.members(), gone)
        || d.before() != null && majority(step, d, d.before(), gone);
  }

  private static boolean majority(Step step, Step.Delivered d, Membership of, Set<Long> gone) {
    return majority(step, d, of, gone, true) || majority(step, d, of, gone, false);
  }

  private static boolean majority(
      Step step, Step.Delivered d, Membership of, Set<Long> gone, boolean atIndex) {
    int votes = 0;
    int holders = 0;
    for (Member member : of.members()) {
      if (member.role() == Role.VOTER) {
        votes += member.weight();
        boolean holds = gone.contains(member.storeId()) || step.holds(member.node(), d, atIndex);
        holders += holds ? member.weight() : 0;
      }
    }
    return holders > votes / 2;
  }
}
