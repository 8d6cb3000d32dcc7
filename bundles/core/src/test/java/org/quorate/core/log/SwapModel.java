package org.quorate.core.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.NodeId;
import org.quorate.core.swap.Beyond;
import org.quorate.core.swap.SwapMachine;
import org.quorate.core.swap.SwapMachine.Slot;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * Two replicas that carry out swaps with the real {@link SwapMachine} and the real rules of the
 * chain, on links that decide at once what is proposed to them; everything between can happen in any
 * order, and processes die. Where one of them is a learner, it may take the other's place, which is
 * gone with all that it knew. Deterministic: a history is its list of actions.
 */
final class SwapModel {
  private static final int REPLICAS = 2;
  private static final long DEADLINE_MS = 1_000;
  private static final long NEVER = Long.MAX_VALUE;
  private static final Member FIRST = new Member(NodeId.of("a"), 1, Role.VOTER);
  private static final Member SECOND = new Member(NodeId.of("b"), 2, Role.VOTER);

  /** Both replicas vote. */
  static final Membership VOTERS = new Membership(1, List.of(FIRST, SECOND));

  /** The second replica listens, until it takes the place of the first. */
  static final Membership VOTER_AND_LEARNER =
      new Membership(1, List.of(FIRST, SECOND.as(Role.LEARNER)));

  private final Map<Long, List<LogRecord>> links = new TreeMap<>();
  private final Map<Long, String> history = new HashMap<>();
  private final List<Replica> replicas = new ArrayList<>();
  private final int plansMax;
  private final int crashesMax;
  private Membership members;
  private long replacedIn = NEVER; // plan of the link in which the first replica was replaced
  private long nowMs;
  private int plans;
  private int crashes;
  private int warmLeader;

  SwapModel(Membership members, int plansMax, int crashesMax) {
    this.members = members;
    this.plansMax = plansMax;
    this.crashesMax = crashesMax;
    links.put(0L, new ArrayList<>());
    for (int i = 0; i < REPLICAS; i++) {
      replicas.add(new Replica(i));
    }
    replicas.forEach(Replica::start);
  }

  /** A step that may be taken now. */
  record Action(String what, int replica, long plan) {}

  private static IllegalStateException broken(String why) {
    return new IllegalStateException(why);
  }

  /** All that may happen next. */
  List<Action> actions() {
    List<Action> all = new ArrayList<>();
    if (plans < plansMax) {
      all.add(new Action("plan", present().get(0).index, 0));
    }
    for (Replica r : present()) {
      r.actions(all);
    }
    if (replaceable()) {
      all.add(new Action("replace", 0, 0));
    }
    return all;
  }

  /** Whether the first replica has been replaced. */
  boolean replaced() {
    return replacedIn != NEVER;
  }

  /** Whether it is about a replacement: then nothing else goes wrong before. */
  private boolean replacing() {
    return !members.equals(VOTERS);
  }

  private List<Replica> present() {
    return replaced() ? replicas.subList(1, REPLICAS) : replicas;
  }

  /** Whether the first replica, which decides alone, may have the second one take its place. */
  private boolean replaceable() {
    Replica voter = replicas.get(0);
    Replica learner = replicas.get(1);
    Chain chain = voter.swaps.chain();
    return members.equals(VOTER_AND_LEARNER)
        && chain.predecessor() == null
        && chain.plan() == null
        && voter.machine.slot(voter.active()) == Slot.OPEN
        && voter.inner == links.get(voter.active()).size()
        && learner.machine.slot(voter.active()) == Slot.OPEN
        && beyond(successor(), chain.active().epoch()).inEveryQuorum();
  }

  private static Membership successor() {
    return new Membership(2, List.of(SECOND));
  }

  private Beyond beyond(Membership whom, long epoch) {
    return Beyond.of(
        whom, store -> replicas.get((int) store - 1).durable.active().epoch() >= epoch);
  }

  void take(Action action) {
    Replica r = replicas.get(action.replica());
    switch (action.what()) {
      case "plan" -> {
        plans++;
        r.propose(new LogRecord.Prepare("x", Map.of(), members, members, DEADLINE_MS, Asked.NEVER));
      }
      case "deliver" -> r.deliver();
      case "see" -> r.machine.live(action.plan());
      case "tick" -> r.tick(0, true);
      case "follow" -> r.tick(0, false);
      case "late" -> r.tick(DEADLINE_MS, true);
      case "open" -> r.open(action.plan());
      case "missing" -> r.missing(action.plan());
      case "close" -> r.closed(action.plan());
      case "delete" -> r.deleted(action.plan());
      case "checkpoint" -> r.save();
      case "crash" -> {
        crashes++;
        r.crash();
      }
      case "replace" -> {
        replacedIn = r.active();
        members = successor();
        warmLeader = 1;
      }
      default -> throw broken("action " + action);
    }
    present().forEach(Replica::check);
  }

  /** Lets everything that is under way come to its end, without another swap or crash. */
  void finish() {
    for (int round = 0; round < 60; round++) {
      for (Replica r : present()) {
        for (long plan : List.copyOf(r.opening)) {
          r.open(plan);
        }
        List.copyOf(r.closing).forEach(r::closed);
        List.copyOf(r.deleting).forEach(r::deleted);
        while (r.canDeliver()) {
          r.deliver();
        }
        if (r.sees()) {
          r.machine.live(r.swaps.chain().plan().planId());
        }
        r.save();
        r.tick(0, true);
        r.check();
      }
    }
    Chain first = present().get(0).swaps.chain();
    for (Replica r : present()) {
      if (!r.swaps.chain().settled() || !r.swaps.chain().equals(first)) {
        throw broken("replica " + r.index + " ends with " + r.swaps.chain() + ", not " + first);
      }
      if (r.stores.size() != 1 || !r.stores.contains(first.active().planId())) {
        throw broken("replica " + r.index + " keeps the stores " + r.stores + " with " + first);
      }
    }
  }

  /** Equal for states that behave alike. */
  String key() {
    StringBuilder key = new StringBuilder();
    key.append(plans).append('/').append(crashes).append('/').append(warmLeader).append(replacedIn);
    links.forEach((plan, log) -> key.append(plan).append(log));
    replicas.forEach(r -> key.append(r.key()));
    return key.toString();
  }

  private final class Replica implements SwapMachine.Effects {
    private final int index;
    private final TreeSet<Long> stores = new TreeSet<>();
    private final TreeSet<Long> everOpened = new TreeSet<>();
    private final TreeSet<Long> opening = new TreeSet<>();
    private final TreeSet<Long> closing = new TreeSet<>();
    private final TreeSet<Long> deleting = new TreeSet<>();
    private SwapMachine machine;
    private Swaps swaps;
    private int inner;
    private long position;
    private Chain durable;
    private int durableInner;
    private long durablePosition;
    private long waitsSince; // plan whose target it has seen live in a tick

    Replica(int index) {
      this.index = index;
      durable = Chain.genesis("x", members);
    }

    void start() {
      waitsSince = 0;
      machine = new SwapMachine(this);
      swaps = new Swaps(durable);
      inner = durableInner;
      position = durablePosition;
      List<Long> open = new ArrayList<>();
      for (Chain.Link link : durable.live()) {
        opened(link.planId());
        open.add(link.planId());
      }
      machine.start(durable, open);
    }

    private void opened(long plan) {
      if (!stores.contains(plan) && everOpened.contains(plan)) {
        throw broken("replica " + index + " takes part in link " + plan + " again with no memory");
      }
      stores.add(plan);
      everOpened.add(plan);
      links.computeIfAbsent(plan, p -> new ArrayList<>());
    }

    void crash() {
      opening.clear();
      closing.clear();
      deleting.clear();
      start();
    }

    void actions(List<Action> all) {
      if (canDeliver()) {
        all.add(new Action("deliver", index, 0));
      }
      if (sees()) {
        all.add(new Action("see", index, swaps.chain().plan().planId()));
      }
      if (!machine.idle()) {
        all.add(new Action("tick", index, 0));
        if (swaps.chain().plan() != null && !replacing()) {
          all.add(new Action("late", index, 0));
          if (machine.live() && warmLeader == index) {
            all.add(new Action("follow", index, 0)); // another one leads the active link
          }
        }
      }
      opening.forEach(plan -> all.add(new Action("open", index, plan)));
      if (!replacing()) {
        opening.forEach(plan -> all.add(new Action("missing", index, plan)));
      }
      closing.forEach(plan -> all.add(new Action("close", index, plan)));
      deleting.forEach(plan -> all.add(new Action("delete", index, plan)));
      if (position > durablePosition) {
        all.add(new Action("checkpoint", index, 0));
      }
      if (crashes < crashesMax && (replaced() || !replacing())) {
        all.add(new Action("crash", index, 0));
      }
    }

    private long active() {
      return swaps.chain().active().planId();
    }

    boolean canDeliver() {
      return machine.slot(active()) == Slot.OPEN
          && inner < links.get(active()).size()
          && decides(active());
    }

    /** Whether anybody can say what a link has decided: a learner cannot, and has no vote there. */
    private boolean decides(long link) {
      return !replaced() || link >= replacedIn;
    }

    boolean sees() {
      Chain.Plan plan = swaps.chain().plan();
      return plan != null
          && !machine.live()
          && machine.slot(plan.planId()) == Slot.OPEN
          && !links.get(plan.planId()).isEmpty();
    }

    void deliver() {
      long link = active();
      LogRecord record = links.get(link).get(inner);
      inner++;
      position++;
      String told = link + "@" + inner;
      String known = history.putIfAbsent(position, told);
      if (known != null && !known.equals(told)) {
        throw broken("position " + position + " is " + known + " and " + told);
      }
      Chain before = swaps.chain();
      swaps.execute(record, position, 0, () -> new Chain.Seal(inner, null));
      if (swaps.chain().active().planId() != link) {
        inner = 0;
      }
      if (swaps.chain() != before) {
        machine.chain(swaps.chain());
      }
    }

    void save() {
      durable = swaps.chain();
      durableInner = inner;
      durablePosition = position;
      machine.durable(durable);
    }

    void tick(long orderedMs, boolean timekeeper) {
      nowMs += SwapMachine.SETTLE_MS;
      Chain chain = swaps.chain();
      boolean beyond = beyond(members, chain.active().epoch()).quorum();
      if (!machine.idle()) {
        boolean leadsWarm = warmLeader == index;
        machine.tick(
            new SwapMachine.Situation(
                nowMs, orderedMs, timekeeper, true, leadsWarm, true, beyond, 0));
        waitsSince = chain.plan() != null && machine.live() ? chain.plan().planId() : 0;
      }
    }

    void open(long plan) {
      opening.remove(plan);
      opened(plan);
      if (!machine.opened(plan)) {
        closing.add(plan);
      }
    }

    void missing(long plan) {
      opening.remove(plan);
      if (machine.slot(plan) == Slot.CLOSING) {
        open(plan); // the strategy was there when it was asked for
      } else {
        machine.missing(plan);
      }
    }

    void closed(long plan) {
      closing.remove(plan);
      machine.closed(plan);
    }

    void deleted(long plan) {
      deleting.remove(plan);
      if (machine.slot(plan) != null) {
        throw broken("replica " + index + " deletes link " + plan + " that it has open");
      }
      if (durable.past().stream().noneMatch(p -> p.planId() == plan)) {
        throw broken("replica " + index + " deletes link " + plan + ", its state is " + durable);
      }
      stores.remove(plan);
    }

    void check() {
      Slot slot = machine.slot(active());
      if (slot == null || slot == Slot.CLOSING) {
        throw broken("replica " + index + " has closed the link that it delivers from");
      }
      if (swaps.chain().live().size() > 2) {
        throw broken("three links at once: " + swaps.chain());
      }
    }

    private void propose(LogRecord record) {
      if (machine.slot(active()) == Slot.OPEN) {
        links.get(active()).add(record);
      }
    }

    @Override
    public void open(Chain.Link link) {
      opening.add(link.planId());
    }

    @Override
    public void close(long plan) {
      if (!opening.contains(plan)) {
        closing.add(plan);
      }
    }

    @Override
    public void delete(long plan) {
      deleting.add(plan);
    }

    @Override
    public void probe(long plan) {
      if (links.get(plan).isEmpty()) {
        links.get(plan).add(new LogRecord.Probe(plan));
      }
    }

    @Override
    public void handOver(long plan) {
      warmLeader = replaced() ? 1 : (warmLeader + 1) % REPLICAS;
    }

    @Override
    public void seal(Chain.Plan plan) {
      once(new LogRecord.Seal(plan.planId()));
    }

    @Override
    public void abort(long plan, String why) {
      once(new LogRecord.AbortPlan(plan, why));
    }

    @Override
    public void retire(long epoch) {
      once(new LogRecord.Retire(epoch));
    }

    /** A record proposed twice is void the second time; a few repeats show that. */
    private void once(LogRecord record) {
      long there = links.get(active()).stream().filter(record::equals).count();
      if (there < 2) {
        propose(record);
      }
    }

    @Override
    public void checkpoint() {
      // Checkpoints come at any time.
    }

    String key() {
      return "|"
          + inner
          + ","
          + position
          + ","
          + durableInner
          + ","
          + durablePosition
          + opening
          + closing
          + deleting
          + stores
          + machine.live()
          + waitsSince
          + slots()
          + swaps.chain();
    }

    private String slots() {
      StringBuilder text = new StringBuilder();
      links.keySet().forEach(plan -> text.append(machine.slot(plan)).append(','));
      return text.toString();
    }
  }
}
