package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.link.Standing;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.swap.SwapMachine;
import org.quorate.core.swap.SwapMachine.Situation;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/**
 * The links of the chain that this replica holds open: one active, at most one before and one after
 * it. Routes frames to them, moves delivery from one to the next, and does what the {@link
 * SwapMachine} says. On the group's loop.
 */
final class Links implements SwapMachine.Effects {
  /** What the links need of the replica. */
  interface Owner {
    /** A link's turn has ended. */
    void turned();

    /** The chain, or what is known of it, has changed. */
    void changed();

    void requestCheckpoint();

    void sendSnapshot(NodeId to, LogPoint point);

    void askForSnapshot(NodeId peer);

    void fail(String reason, Throwable cause);
  }

  private record Opened(LinkStore store, Recovered recovered) {}

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final LogStorage logs;
  private final VirtualLog log;
  private final Offload offload;
  private final Condition condition;
  private final Callers callers;
  private final Owner owner;
  private final SwapMachine machine = new SwapMachine(this);
  private final Standings standings;
  private final List<LinkSlot> slots = new ArrayList<>();
  private Chain chain;
  private LinkSlot active;
  private Pulse pulse;

  Links(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      LogStorage logs,
      VirtualLog log,
      Offload offload,
      Condition condition,
      Callers callers,
      Owner owner) {
    this.config = config;
    this.environment = environment;
    this.logs = logs;
    this.log = log;
    this.offload = offload;
    this.condition = condition;
    this.callers = callers;
    this.owner = owner;
    this.standings =
        new Standings(environment, body -> frame(Frame.Kind.CHAIN, body), owner::askForSnapshot);
  }

  // ---- opening -----------------------------------------------------------------------------

  /** Opens the links of the chain whose strategies are there; blocks. */
  void openAll() {
    chain = log.chain();
    for (Chain.Link link : chain.live()) {
      ConsensusStrategy strategy = environment.strategy(link.strategy());
      if (strategy != null) {
        add(link, strategy, read(link));
      }
    }
  }

  /** Begins to take part; what {@link #openAll} left out is tried again. */
  void start() {
    machine.start(chain, slots.stream().map(slot -> slot.link().planId()).toList());
    LinkSlot found = slot(chain.active().planId());
    if (found != null) {
      activate(found);
    }
  }

  private Opened read(Chain.Link link) {
    LinkStore store = logs.open(config.group(), link.store(), environment.loop());
    try {
      return new Opened(store, recovered(store));
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static List<Bytes> records(LinkStore store) {
    long first = store.log().firstIndex();
    long last = store.log().lastIndex();
    List<Bytes> records = new ArrayList<>();
    while (first + records.size() <= last) {
      records.addAll(store.log().read(first + records.size(), 1 << 20));
    }
    return records;
  }

  private static Recovered recovered(LinkStore store) {
    return new Recovered(store.stable().load(), store.log().firstIndex(), records(store), 0, null);
  }

  /** The same, with how far the state is in this link. */
  private Recovered placed(Chain.Link link, Recovered found) {
    long applied = 0;
    Bytes linkState = null;
    if (link.planId() == chain.active().planId()) {
      applied = log.inner();
      linkState = log.linkState();
    } else if (chain.predecessor() != null && link.planId() == chain.predecessor().planId()) {
      applied = chain.seal().inner();
      linkState = chain.seal().linkState();
    }
    return new Recovered(found.stable(), found.first(), found.records(), applied, linkState);
  }

  private LinkSlot add(Chain.Link link, ConsensusStrategy strategy, Opened opened) {
    LinkSlot slot;
    try {
      slot =
          new LinkSlot(
              config,
              environment,
              link,
              opened.store(),
              placed(link, opened.recovered()),
              strategy,
              this);
    } catch (RuntimeException e) {
      opened.store().close();
      throw e;
    }
    if (chain.predecessor() != null && link.planId() == chain.predecessor().planId()) {
      slot.seal();
    }
    slots.add(slot);
    return slot;
  }

  private void activate(LinkSlot slot) {
    active = slot;
    pulse = new Pulse(slot.quietTickMs(), environment.storeId());
    boolean resumed = condition.resume();
    slot.activate(callers.installing());
    // What it had held back may have ended it already.
    if (active == slot) {
      callers.attach(slot);
      slot.applied(log.inner());
    }
    if (resumed) {
      owner.changed();
    }
  }

  /** The open link of a plan, or null. */
  LinkSlot slot(long planId) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).link().planId() == planId) {
        return slots.get(i);
      }
    }
    return null;
  }

  // ---- delivery ----------------------------------------------------------------------------

  /** The active link decided a record. */
  void deliver(long inner, Bytes payload) {
    if (inner > log.inner() && !condition.over()) {
      try {
        log.deliver(inner, payload);
      } catch (RuntimeException e) {
        fail("record " + inner + " cannot be executed: " + e, e);
        return;
      }
      if (log.chain() != chain) {
        moved();
      }
    }
  }

  /** The active link has nothing more up to this index. */
  void skipTo(long inner) {
    if (!condition.over()) {
      log.skipTo(inner);
    }
  }

  /** The planned link decided something. */
  void live(LinkSlot slot) {
    if (!machine.live()) {
      machine.live(slot.link().planId());
      if (machine.live()) {
        owner.changed();
        drive();
      }
    }
  }

  /** The chain has changed: what follows is ordered by the active link of now. */
  private void moved() {
    Chain before = chain;
    chain = log.chain();
    boolean switched = before.active().planId() != chain.active().planId();
    if (switched) {
      if (active != null) {
        active.seal();
      }
      active = null;
      callers.detach();
    }
    machine.chain(chain);
    if (switched) {
      LinkSlot next = slot(chain.active().planId());
      if (next != null) {
        activate(next);
      }
    }
    owner.changed();
  }

  /** The link's opaque state at an index that was delivered; null at its beginning. */
  Bytes linkState(long inner) {
    if (inner == 0) {
      return null;
    }
    return active == null ? log.linkState() : active.linkState(inner);
  }

  // ---- snapshots and checkpoints -----------------------------------------------------------

  /** The state is not to be used until a snapshot has replaced it: what is decided waits. */
  void installing() {
    if (active != null) {
      active.hold();
    }
  }

  /** A snapshot has replaced the state and the chain. */
  void installed() {
    Chain next = log.chain();
    LinkSlot same = active;
    if (next.active().planId() != chain.active().planId()) {
      callers.skippedHistory();
    }
    for (LinkSlot slot : List.copyOf(slots)) {
      long planId = slot.link().planId();
      if (planId == next.active().planId() && log.inner() > 0) {
        slot.offer(new Event.SnapshotInstalled(log.inner(), log.linkState()));
      } else if (next.predecessor() != null && planId == next.predecessor().planId()) {
        slot.seal();
        slot.offer(new Event.SnapshotInstalled(next.seal().inner(), next.seal().linkState()));
      }
    }
    moved();
    machine.durable(next);
    if (same != null && same == active) {
      same.release();
    }
  }

  /** The state up to a point, with this chain, is durable without the log. */
  void checkpointed(LogPoint point, Chain at) {
    for (LinkSlot slot : slots) {
      if (slot.link().epoch() == point.epoch()) {
        slot.loglet().checkpointed(point.inner());
      } else if (at.predecessor() != null && slot.link().planId() == at.predecessor().planId()) {
        slot.loglet().checkpointed(at.seal().inner());
      }
    }
    machine.durable(at);
    standings.news();
    drive();
  }

  /** A link wants a peer to get a snapshot. */
  void sendSnapshot(NodeId to, long epoch, long inner) {
    owner.sendSnapshot(to, new LogPoint(epoch, inner));
  }

  /**
   * Sending a snapshot has ended. All links are told: of two that want one for a peer only the first
   * is heard, and that one may be sealed and gone by now.
   */
  void snapshotSent(NodeId to, LogPoint point, boolean ok) {
    for (LinkSlot slot : slots) {
      long epoch = slot.link().epoch();
      if (epoch >= point.epoch()) {
        long inner = epoch == point.epoch() ? point.inner() : 0;
        slot.offer(new Event.SnapshotSent(to, inner, ok));
      } else if (chain.predecessor() != null && epoch == chain.predecessor().epoch()) {
        slot.offer(new Event.SnapshotSent(to, chain.seal().inner(), ok));
      }
    }
  }

  /** A peer asks to be brought on: only if no link of ours can do it. */
  void asked(NodeId peer, LogPoint point) {
    if (point.epoch() < oldest()) {
      owner.sendSnapshot(peer, new LogPoint(oldest(), 0));
    }
  }

  // ---- frames ------------------------------------------------------------------------------

  /** A protocol message of some link. Throws MalformedException. */
  void receive(NodeId from, Frame frame) {
    LinkSlot slot = active;
    if (slot == null || slot.link().planId() != frame.planId()) {
      slot = slot(frame.planId());
    }
    if (slot != null && slot.link().epoch() == frame.epoch()) {
      slot.received(from, frame.body());
      if (frame.epoch() > chain.active().epoch()) {
        // The sender may have retired the link that is active here: who only listens on that one
        // would wait for its seal for ever.
        standings.ask(from);
      }
    } else if (frame.epoch() < oldest()) {
      standings.answer(from, standing());
    } else if (frame.epoch() > chain.active().epoch()) {
      standings.ask(from);
    }
  }

  private long oldest() {
    return chain.predecessor() != null ? chain.predecessor().epoch() : chain.active().epoch();
  }

  private Standing standing() {
    return new Standing(chain.active().epoch(), oldest(), machine.durableEpoch());
  }

  /** A frame of the group, not of a link. */
  Frame frame(Frame.Kind kind, Bytes body) {
    return new Frame(
        kind,
        chain.active().epoch(),
        chain.active().planId(),
        environment.storeId(),
        environment.incarnation(),
        body);
  }

  /** A peer tells how far it is. Throws MalformedException. */
  void heard(NodeId from, Frame frame) {
    Standing theirs = Standing.decode(frame.body());
    standings.heard(frame.storeId(), theirs);
    if (theirs.oldest() > chain.active().epoch()) {
      standings.ask(from);
    } else {
      drive();
    }
  }

  void peerReset(NodeId peer) {
    slots.forEach(slot -> slot.offer(new Event.PeerReset(peer)));
  }

  // ---- time --------------------------------------------------------------------------------

  /** Gives the links a tick, unless the group is quiet and they can do without; true if it did. */
  boolean tick(long nowMs, boolean busy) {
    boolean due = pulse == null || pulse.due(nowMs, log.inner(), busy || !machine.idle());
    if (due) {
      Event tick = new Event.Tick(nowMs);
      for (int i = 0; i < slots.size(); i++) {
        slots.get(i).offer(tick);
      }
    }
    if (!machine.idle()) {
      drive();
    }
    if (chain.predecessor() != null && machine.durableEpoch() == chain.active().epoch()) {
      standings.report(nowMs, chain.active().members(), standing());
    }
    return due;
  }

  /** Whether there was work in the last few ticks. */
  boolean lively() {
    return pulse == null || pulse.lively();
  }

  private void drive() {
    if (machine.idle() || condition.over()) {
      return;
    }
    LinkStatus now = active == null ? null : active.status();
    LinkSlot warm = chain.plan() == null ? null : slot(chain.plan().planId());
    machine.tick(
        new Situation(
            environment.nowMs(),
            log.sessions().timeMs(),
            now != null && now.timekeeper(),
            now != null && chain.plan() != null && now.membership().equals(chain.plan().base()),
            warm != null && warm.status().timekeeper(),
            now != null
                && chain.predecessor() != null
                && standings.quorumBeyond(now.membership(), standing())));
  }

  // ---- what the machine wants --------------------------------------------------------------

  @Override
  public void open(Chain.Link link) {
    ConsensusStrategy strategy = environment.strategy(link.strategy());
    if (strategy == null) {
      machine.missing(link.planId());
      missing(link);
      return;
    }
    offload.run(
        () -> read(link),
        opened -> opened(link, strategy, opened),
        why -> fail("opening link " + link.epoch() + ": " + why.getMessage(), why));
  }

  private void missing(Chain.Link link) {
    boolean needed = link.planId() == chain.active().planId();
    if (needed
        && condition.park(
            "strategy '"
                + link.strategy()
                + "': no bundle provides it; install or start the bundle of this consensus")) {
      owner.changed();
    }
  }

  private void opened(Chain.Link link, ConsensusStrategy strategy, Opened opened) {
    if (!machine.opened(link.planId())) {
      closeStore(link.planId(), opened.store());
      return;
    }
    LinkSlot slot = add(link, strategy, opened);
    if (link.planId() == chain.active().planId()) {
      activate(slot);
    }
    slot.offer(new Event.Tick(environment.nowMs()));
    owner.changed();
  }

  @Override
  public void close(long planId) {
    LinkSlot slot = slot(planId);
    if (slot != null) {
      slots.remove(slot);
      closeStore(planId, slot.close());
    }
  }

  private void closeStore(long planId, LinkStore store) {
    offload.run(
        () -> {
          store.close();
          return planId;
        },
        machine::closed,
        why -> fail("closing a link: " + why.getMessage(), why));
  }

  @Override
  public void delete(long planId) {
    offload.run(
        () -> {
          logs.delete(config.group(), Chain.store(planId));
          return planId;
        },
        done -> {},
        why -> fail("deleting a link: " + why.getMessage(), why));
  }

  @Override
  public void probe(long planId) {
    LinkSlot warm = slot(planId);
    if (warm != null) {
      warm.submit(0, callers.unasked(new LogRecord.Probe(planId)));
    }
  }

  @Override
  public void seal(Chain.Plan plan) {
    if (active != null) {
      Bytes payload = callers.unasked(new LogRecord.Seal(plan.planId()));
      active.loglet().seal(0, new SealRecord(plan.planId(), plan.base(), payload));
    }
  }

  @Override
  public void abort(long planId, String why) {
    propose(new LogRecord.AbortPlan(planId, why));
  }

  @Override
  public void retire(long epoch) {
    propose(new LogRecord.Retire(epoch));
  }

  /** Gives the leading part of the active link away, if there is one. */
  void stepAside(NodeId to) {
    if (active != null) {
      active.loglet().handOver(0, to);
    }
  }

  private void propose(LogRecord record) {
    if (active != null) {
      active.submit(0, callers.unasked(record));
    }
  }

  @Override
  public void checkpoint() {
    owner.requestCheckpoint();
  }

  // ---- for the slots and the status --------------------------------------------------------

  Callers callers() {
    return callers;
  }

  boolean over() {
    return condition.over();
  }

  void turned() {
    owner.turned();
    if (active != null) {
      active.applied(log.inner());
    }
  }

  void fail(String reason, Throwable cause) {
    owner.fail(reason, cause);
  }

  /** Null while the active link is not open. */
  LinkSlot active() {
    return active;
  }

  SwapMachine machine() {
    return machine;
  }

  /** No step and no message of any link from now on. */
  void stop() {
    slots.forEach(LinkSlot::stop);
  }

  /** Closes everything; blocks for writes under way. */
  void close() {
    Map<Long, LinkStore> stores = new TreeMap<>();
    slots.forEach(slot -> stores.put(slot.link().planId(), slot.close()));
    slots.clear();
    stores.values().forEach(LinkStore::close);
  }
}
