package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.quorate.core.log.Asked;
import org.quorate.core.log.Chain;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.replica.SwapStep.Phase;
import org.quorate.core.swap.SwapMachine;

/**
 * How long swaps took, as this replica saw them since it was opened; the chain has the rest. On the
 * group's loop.
 */
final class SwapClock {
  private static final int KEPT = 64;
  private static final long IDLE_MS = 1_000;

  private static final class Times {
    private long plannedMs = -1;
    private long warmMs = -1;
    private long pauseMs = -1;
  }

  private final VirtualLog log;
  private final SwapMachine machine;
  private final TreeMap<Long, Times> times = new TreeMap<>();
  private long active;
  private long version;
  private long committedMs;
  private long sealedMs = -1; // of a switch whose pause is not known yet
  private long pausedSinceMs;
  private long openMs = -1;

  SwapClock(VirtualLog log, SwapMachine machine) {
    this.log = log;
    this.machine = machine;
    this.active = log.chain().active().planId();
    this.version = log.version();
  }

  /** Something of the chain, or of what is known of its links, has changed. */
  void changed(long nowMs) {
    Chain chain = log.chain();
    if (chain.plan() != null) {
      Times plan = times(chain.plan().planId());
      plan.plannedMs = plan.plannedMs < 0 ? nowMs : plan.plannedMs;
      if (machine.live() && plan.warmMs < 0) {
        plan.warmMs = nowMs - plan.plannedMs;
      }
    }
    if (chain.active().planId() != active) {
      active = chain.active().planId();
      times(active);
      sealedMs = nowMs;
      pausedSinceMs = nowMs - committedMs < IDLE_MS ? committedMs : nowMs;
      openMs = -1;
    }
    if (sealedMs >= 0 && openMs < 0 && machine.slot(active) == SwapMachine.Slot.OPEN) {
      openMs = nowMs;
    }
    tick(nowMs);
  }

  /**
   * Time has passed.
   *
   * @return whether the pause of a swap has become known: nobody waits for a commit
   */
  boolean tick(long nowMs) {
    boolean idle = sealedMs == pausedSinceMs || nowMs - openMs >= IDLE_MS;
    return sealedMs >= 0 && openMs >= 0 && idle && paused(openMs - sealedMs);
  }

  private boolean paused(long ms) {
    sealedMs = -1;
    if (times.containsKey(active)) {
      times.get(active).pauseMs = ms;
    }
    return true;
  }

  private Times times(long planId) {
    Times found = times.computeIfAbsent(planId, p -> new Times());
    if (times.size() > KEPT) {
      times.pollFirstEntry();
    }
    return found;
  }

  /**
   * A turn has ended.
   *
   * @return whether the pause of a swap has become known
   */
  boolean turned(long nowMs) {
    if (log.version() == version) {
      return false;
    }
    version = log.version();
    committedMs = nowMs;
    return sealedMs >= 0 && paused(nowMs - pausedSinceMs);
  }

  /** The swaps that the chain knows of, the oldest first. */
  List<SwapStep> steps() {
    Chain chain = log.chain();
    List<SwapStep> steps = new ArrayList<>();
    TreeMap<Long, String> strategies = new TreeMap<>();
    for (Chain.Past past : chain.past()) {
      if (past.aborted().isEmpty()) {
        strategies.put(past.epoch(), past.strategy());
      }
    }
    chain.live().forEach(link -> strategies.put(link.epoch(), link.strategy()));
    for (Chain.Past past : chain.past()) {
      if (past.planId() > 0) {
        boolean done = past.aborted().isEmpty();
        steps.add(
            step(
                past.planId(),
                past.epoch(),
                past.strategy(),
                strategies,
                done ? Phase.DONE : Phase.ABORTED,
                past.aborted(),
                past.firstPosition(),
                past.asked()));
      }
    }
    for (Chain.Link link : chain.live()) {
      if (link.planId() > 0) {
        steps.add(
            step(
                link.planId(),
                link.epoch(),
                link.strategy(),
                strategies,
                phase(chain, link),
                "",
                link.firstPosition(),
                link.asked()));
      }
    }
    steps.sort((a, b) -> Long.compare(a.planId(), b.planId()));
    return steps;
  }

  private Phase phase(Chain chain, Chain.Link link) {
    if (chain.plan() != null && chain.plan().planId() == link.planId()) {
      return machine.live() ? Phase.WARM : Phase.WARMING;
    }
    boolean retiring = chain.predecessor() != null && link == chain.active();
    return retiring ? Phase.SWITCHED : Phase.DONE;
  }

  private SwapStep step(
      long planId,
      long epoch,
      String to,
      TreeMap<Long, String> strategies,
      Phase phase,
      String why,
      long firstPosition,
      Asked asked) {
    Times known = times.getOrDefault(planId, new Times());
    return new SwapStep(
        planId,
        epoch,
        strategies.getOrDefault(epoch - 1, "?"),
        to,
        phase,
        why,
        Math.max(0, firstPosition - 1),
        known.warmMs,
        known.pauseMs,
        asked);
  }
}
