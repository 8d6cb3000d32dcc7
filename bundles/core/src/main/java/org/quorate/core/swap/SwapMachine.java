package org.quorate.core.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.core.log.Chain;

/**
 * What one replica does about its links: which it opens, closes and deletes, and, where the active
 * link makes it the timekeeper, which records drive a swap on. A function of the events it is told;
 * no clock, no thread. That several replicas drive at once, or one twice, does no harm: the records
 * they propose are decided by the chain alone.
 *
 * <p>Of each link, by its plan:
 *
 * <pre>
 *   (none)  --live in the chain-->  OPENING  --opened-->  OPEN  --not live-->  CLOSING
 *   OPENING --no strategy-->  MISSING  --tick-->  OPENING
 *   OPENING --not live-->  CLOSING        MISSING --not live-->  (none)
 *   OPEN --refused-->  REFUSING  --closed-->  REFUSED  --not live-->  (none)
 *   REFUSING --not live-->  CLOSING
 *   CLOSING --closed-->  (none); deleted once a durable checkpoint says that the link has ended
 * </pre>
 *
 * A link's store is deleted only then: a replica that restarts from an older state finds each link
 * that it took part in, with what it had promised there.
 */
public final class SwapMachine {
  /** What is to be done; each is asked again until the chain, or the answer, says it was. */
  public interface Effects {
    /** Opens a link, off the loop; answered by {@link #opened}, or {@link #missing}. */
    void open(Chain.Link link);

    /** Ends a link's protocol and closes its store; answered by {@link #closed}. */
    void close(long planId);

    /** Deletes the store of a link that is closed; it may be gone already. */
    void delete(long planId);

    /** Proposes a probe on the planned link. */
    void probe(long planId);

    /** Gives the leading part of the planned link to the node that leads the active one. */
    void handOver(long planId);

    /** Seals the active link. */
    void seal(Chain.Plan plan);

    /** Proposes to give the plan up. */
    void abort(long planId, String why);

    /** Proposes to retire the sealed link of an epoch. */
    void retire(long epoch);

    /** Asks for a checkpoint that nobody waits for. */
    void checkpoint();
  }

  /** What is with a link here. */
  public enum Slot {
    OPENING,
    OPEN,
    MISSING,
    /** Its strategy failed to open it: the store is being closed. */
    REFUSING,
    /** Its strategy failed to open it; it is not tried again. */
    REFUSED,
    CLOSING
  }

  /**
   * What the replica knows at the moment.
   *
   * @param nowMs monotonic
   * @param orderedMs ordered time of the group
   * @param timekeeper whether the active link makes this replica drive
   * @param baseHolds whether the active link's membership is the one that was planned on
   * @param warmTimekeeper whether the planned link would
   * @param warmedUp whether this replica has had the planned link decide as much as it wants to
   * @param quorumBeyond whether a quorum is known to have checkpointed beyond the seal
   * @param ahead members whose checkpoint comes before this one's and is not known to be there
   */
  public record Situation(
      long nowMs,
      long orderedMs,
      boolean timekeeper,
      boolean baseHolds,
      boolean warmTimekeeper,
      boolean warmedUp,
      boolean quorumBeyond,
      int ahead) {}

  /** After so long without effect a record is proposed again. */
  public static final long RETRY_MS = 250;

  /**
   * For so long the seal waits for the planned link to be led where the active one is: there is what
   * waits over the switch, and who leads both proposes it at once to the right one.
   */
  public static final long LEADER_MS = 500;

  /** For so long, from when the planned link was first seen to decide, the seal waits for warm code. */
  public static final long WARM_UP_MS = 2_000;

  /** For so long after a switch, and between two requests, no checkpoint is asked for: the first
   * orders of the new link have the disk to themselves. */
  public static final long SETTLE_MS = 1_000;

  /**
   * For so long more, for each member whose checkpoint comes first: three that write, and drop what
   * they had kept, at the same moment are three that answer late. Who is down holds up no longer.
   */
  public static final long TURN_MS = 500;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Effects effects;
  private final Map<Long, Slot> slots = new TreeMap<>();
  private boolean missing; // whether a slot is: asked at every tick of every group
  private final TreeSet<Long> ended = new TreeSet<>();
  private final TreeSet<Long> deleted = new TreeSet<>();
  private Chain chain;
  private long durableEpoch;
  private boolean live;
  private long droveMs = NEVER;
  private long probedMs = NEVER;
  private long handedMs = NEVER;
  private long liveMs = NEVER;
  private long settledMs = NEVER;
  private long retiredMs = NEVER;

  public SwapMachine(Effects effects) {
    this.effects = effects;
  }

  /**
   * Begins, on a chain whose state is durable.
   *
   * @param open the links of it that are open here, by plan; the others are opened
   */
  public void start(Chain from, List<Long> open) {
    open.forEach(planId -> slots.put(planId, Slot.OPEN));
    chain(from);
    durable(from);
  }

  /** The chain has changed by a record or a snapshot. */
  public void chain(Chain next) {
    boolean samePlan =
        chain != null
            && chain.plan() != null
            && next.plan() != null
            && chain.plan().planId() == next.plan().planId();
    if (!samePlan) {
      live = false;
      droveMs = NEVER;
      probedMs = NEVER;
      handedMs = NEVER;
      liveMs = NEVER;
    }
    if (chain == null || chain.active().planId() != next.active().planId()) {
      settledMs = NEVER;
    }
    chain = next;
    TreeMap<Long, Chain.Link> wanted = new TreeMap<>();
    next.live().forEach(link -> wanted.put(link.planId(), link));
    for (Map.Entry<Long, Slot> slot : new ArrayList<>(slots.entrySet())) {
      if (wanted.containsKey(slot.getKey()) || slot.getValue() == Slot.CLOSING) {
        continue;
      }
      if (slot.getValue() == Slot.MISSING || slot.getValue() == Slot.REFUSED) {
        slots.remove(slot.getKey());
      } else if (slot.getValue() == Slot.REFUSING) {
        slots.put(slot.getKey(), Slot.CLOSING);
      } else {
        slots.put(slot.getKey(), Slot.CLOSING);
        effects.close(slot.getKey());
      }
    }
    for (Chain.Link link : wanted.values()) {
      if (!slots.containsKey(link.planId())) {
        slots.put(link.planId(), Slot.OPENING);
        effects.open(link);
      }
    }
    missing = slots.containsValue(Slot.MISSING);
  }

  /**
   * A link is open.
   *
   * @return false if it is not wanted any more: close it
   */
  public boolean opened(long planId) {
    return slots.replace(planId, Slot.OPENING, Slot.OPEN);
  }

  /** A link cannot be opened: its strategy is not there. */
  public void missing(long planId) {
    missing |= slots.replace(planId, Slot.OPENING, Slot.MISSING);
  }

  /** The strategy of a link that is open would not go on with it: its store is being closed. */
  public void refused(long planId) {
    slots.replace(planId, Slot.OPEN, Slot.REFUSING);
  }

  /** A link is closed. */
  public void closed(long planId) {
    if (!slots.replace(planId, Slot.REFUSING, Slot.REFUSED)) {
      slots.remove(planId, Slot.CLOSING);
    }
    delete();
  }

  /** The planned link has decided something. */
  public void live(long planId) {
    live |= chain.plan() != null && chain.plan().planId() == planId;
  }

  /** A state with this chain is durable here. */
  public void durable(Chain at) {
    durableEpoch = at.active().epoch();
    TreeSet<Long> known = new TreeSet<>();
    at.past().forEach(past -> known.add(past.planId()));
    ended.removeIf(planId -> deleted.contains(planId) && !known.contains(planId));
    ended.addAll(known);
    deleted.retainAll(ended);
    delete();
  }

  private void delete() {
    for (long planId : ended) {
      if (!slots.containsKey(planId) && deleted.add(planId)) {
        effects.delete(planId);
      }
    }
  }

  /** Whether {@link #tick} has nothing to do. */
  public boolean idle() {
    return chain.settled() && !missing && durableEpoch >= chain.active().epoch();
  }

  /** Time has passed, or something has changed. */
  public void tick(Situation now) {
    for (Chain.Link link : chain.live()) {
      if (slots.replace(link.planId(), Slot.MISSING, Slot.OPENING)) {
        effects.open(link);
      }
    }
    missing = slots.containsValue(Slot.MISSING);
    if (chain.plan() != null) {
      drive(now, chain.plan());
    }
    if (durableEpoch < chain.active().epoch()) {
      settle(now);
    }
    if (chain.predecessor() != null) {
      retire(now);
    }
  }

  private void drive(Situation now, Chain.Plan plan) {
    if (slots.get(plan.planId()) == Slot.OPEN && now.warmTimekeeper()) {
      warm(now, plan);
    }
    if (live && liveMs == NEVER) {
      liveMs = now.nowMs();
    }
    if (!now.timekeeper() || now.nowMs() - droveMs < RETRY_MS) {
      return;
    }
    String hopeless = hopeless(now, plan);
    if (hopeless != null) {
      droveMs = now.nowMs();
      effects.abort(plan.planId(), hopeless);
    } else if (live && ready(now)) {
      droveMs = now.nowMs();
      effects.seal(plan);
    }
  }

  /** Whether the planned link is led from here and by code that is warm, or that takes too long. */
  private boolean ready(Situation now) {
    long sinceMs = now.nowMs() - liveMs;
    return now.warmTimekeeper() ? now.warmedUp() || sinceMs >= WARM_UP_MS : sinceMs >= LEADER_MS;
  }

  /** This replica leads the planned link: it shows that it decides, and goes where it is wanted. */
  private void warm(Situation now, Chain.Plan plan) {
    if (!live && now.nowMs() - probedMs >= RETRY_MS) {
      probedMs = now.nowMs();
      effects.probe(plan.planId());
    } else if (live && !now.timekeeper() && now.nowMs() - handedMs >= RETRY_MS) {
      handedMs = now.nowMs();
      effects.handOver(plan.planId());
    }
  }

  private static String hopeless(Situation now, Chain.Plan plan) {
    if (!now.baseHolds()) {
      return "the membership has changed since it was planned";
    }
    return now.orderedMs() >= plan.deadlineMs() ? "the target did not take over in time" : null;
  }

  /**
   * The last seal is known here by nothing that outlives a restart. So it is made durable also when
   * others have retired the link before: this replica may become one of those who have to know.
   */
  private void settle(Situation now) {
    if (settledMs == NEVER) {
      settledMs = now.nowMs();
    } else if (now.nowMs() - settledMs >= SETTLE_MS + now.ahead() * TURN_MS) {
      settledMs = now.nowMs();
      effects.checkpoint();
    }
  }

  private void retire(Situation now) {
    if (now.timekeeper() && now.quorumBeyond() && now.nowMs() - retiredMs >= RETRY_MS) {
      retiredMs = now.nowMs();
      effects.retire(chain.predecessor().epoch());
    }
  }

  /** What is with a plan's link here; null if it is not open and need not be. */
  public Slot slot(long planId) {
    return slots.get(planId);
  }

  /** Whether the planned link has decided something, as far as is known here. */
  public boolean live() {
    return live;
  }

  /** The active link's epoch in the last durable state. */
  public long durableEpoch() {
    return durableEpoch;
  }
}
