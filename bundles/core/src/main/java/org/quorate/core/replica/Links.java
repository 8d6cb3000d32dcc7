package org.quorate.core.replica;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.swap.SwapMachine;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.storage.LogStorage;

/**
 * Delivers to the virtual log what the active link decides, and moves delivery from one link of the
 * chain to the next. Its links are in {@link OpenLinks}, their stores in {@link LinkStores}, their
 * frames go through {@link LinkFrames}; {@link SwapDriver} drives a swap. On the group's loop.
 */
final class Links implements SwapDriver.Owner {
  /** What the links need of the replica. */
  interface Owner extends LinkFrames.Owner {
    /** A link's turn has ended. */
    void turned();

    /** The chain, or what is known of it, has changed. */
    void changed();

    /** Wants a checkpoint that nobody waits for. */
    void requestCheckpoint();

    void fail(String reason, Throwable cause);
  }

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final VirtualLog log;
  private final Condition condition;
  private final Callers callers;
  private final Owner owner;
  private final OpenLinks open = new OpenLinks();
  private final LinkStores stores;
  private final LinkFrames frames;
  private final SwapDriver swaps;
  private final ParallelApply parallel;
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
    this.log = log;
    this.condition = condition;
    this.callers = callers;
    this.owner = owner;
    parallel = new ParallelApply(log, offload, config.options());
    stores = new LinkStores(config, environment, logs, offload, owner::fail);
    frames = new LinkFrames(config.historyId(), environment, open, owner);
    long probes = config.options().number(ReplicaParameters.SWAP_PROBES);
    WarmUp warmUp = new WarmUp(callers, probes);
    swaps = new SwapDriver(environment, log, open, stores, callers, frames, warmUp, this);
    frames.connect(swaps.machine());
  }

  // ---- opening -----------------------------------------------------------------------------

  /** Opens the links of the chain whose strategies are there; blocks. */
  void openAll() {
    open.follow(log.chain());
    for (Chain.Link link : open.chain().live()) {
      ConsensusStrategy strategy = environment.strategy(link.strategy());
      if (strategy != null) {
        LinkStores.Opened opened = stores.read(link);
        try {
          add(link, strategy, opened);
        } catch (RuntimeException e) {
          opened.store().close();
          throw e;
        }
      }
    }
  }

  /** Begins to take part; what {@link #openAll} left out is tried again. */
  void start() {
    swaps.machine().start(open.chain(), open.planIds());
    activate(open.find(open.chain().active().planId()));
  }

  @Override
  public void opened(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened) {
    LinkSlot slot = add(link, strategy, opened);
    if (link.planId() == open.chain().active().planId()) {
      activate(slot);
    }
    slot.offer(new Event.Tick(environment.nowMs()));
    owner.changed();
  }

  private LinkSlot add(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened) {
    Recovered recovered = placed(link, opened.found());
    LinkSlot slot =
        new LinkSlot(config, environment, link, opened.store(), recovered, strategy, this);
    if (open.sealed(link)) {
      slot.seal();
    }
    open.add(slot);
    return slot;
  }

  /** The same, with how far the state is in this link. */
  private Recovered placed(Chain.Link link, Recovered found) {
    long applied = 0;
    Bytes linkState = null;
    if (link.planId() == open.chain().active().planId()) {
      applied = log.inner();
      linkState = log.linkState();
    } else if (open.sealed(link)) {
      applied = open.chain().seal().inner();
      linkState = open.chain().seal().linkState();
    }
    return new Recovered(found.stable(), found.first(), found.records(), applied, linkState);
  }

  /** Goes on with a link; null: with none until it is open. */
  private void activate(LinkSlot slot) {
    if (slot == null) {
      String refusal = swaps.refusal(open.chain().active().planId());
      if (refusal != null) {
        parked(refusal);
      }
      return;
    }
    open.activate(slot);
    pulse = new Pulse(slot.quietTickMs(), environment.storeId());
    boolean resumed = condition.resume();
    slot.activate(callers.installing());
    // What it had held back may have ended it already.
    if (open.active() == slot) {
      callers.attach(slot);
      slot.applied(log.inner());
    }
    if (resumed) {
      owner.changed();
    }
  }

  @Override
  public void parked(String why) {
    if (condition.park(why)) {
      owner.changed();
    }
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
      if (log.chain() != open.chain()) {
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

  /** The planned link decided a record. */
  void warm(LinkSlot slot, Bytes payload) {
    swaps.warmUp().decided(slot, payload, environment.nowMs());
    if (!swaps.machine().live()) {
      swaps.machine().live(slot.link().planId());
      if (swaps.machine().live()) {
        owner.changed();
        drive();
      }
    }
  }

  /** The chain has changed: what follows is ordered by the active link of now. */
  private void moved() {
    long before = open.chain().active().planId();
    Chain chain = log.chain();
    open.follow(chain);
    boolean switched = before != chain.active().planId();
    if (switched) {
      if (open.active() != null) {
        open.active().seal();
      }
      open.activate(null);
      callers.detach();
    }
    swaps.machine().chain(chain);
    if (switched) {
      activate(open.find(chain.active().planId()));
    }
    owner.changed();
  }

  /** The link's opaque state at an index that was delivered; null at its beginning. */
  Bytes linkState(long inner) {
    if (inner == 0) {
      return null;
    }
    return open.active() == null ? log.linkState() : open.active().linkState(inner);
  }

  // ---- snapshots and checkpoints -----------------------------------------------------------

  /** The state is not to be used until a snapshot has replaced it: what is decided waits. */
  void installing() {
    if (open.active() != null) {
      open.active().hold();
    }
  }

  /** A snapshot has replaced the state and the chain. */
  void installed() {
    Chain next = log.chain();
    LinkSlot same = open.active();
    if (next.active().planId() != open.chain().active().planId()) {
      callers.skippedHistory();
    }
    open.installed(next, log.inner(), log.linkState());
    moved();
    swaps.machine().durable(next);
    if (same != null && same == open.active()) {
      same.release();
    }
  }

  /** The state up to a point, with this chain, is durable without the log. */
  void checkpointed(LogPoint point, Chain at) {
    open.checkpointed(point, at);
    swaps.machine().durable(at);
    frames.durable();
    drive();
  }

  @Override
  public void requestCheckpoint() {
    owner.requestCheckpoint();
  }

  /** A link wants a peer to get a snapshot. */
  void sendSnapshot(NodeId to, long epoch, long inner, List<NodeId> with) {
    owner.sendSnapshot(to, new LogPoint(epoch, inner), with);
  }

  /** Whether what is being executed was decided since the active link was opened. */
  boolean fresh() {
    return open.active() != null && open.active().fresh(log.inner());
  }

  /** Tells the active link. */
  void offerActive(Event event) {
    if (open.active() != null) {
      open.active().offer(event);
    }
  }

  // ---- frames ------------------------------------------------------------------------------

  LinkFrames frames() {
    return frames;
  }

  /** A peer tells how far it is. Throws MalformedException. */
  void heard(NodeId from, Frame frame) {
    if (frames.heard(from, frame)) {
      drive();
    }
  }

  // ---- time --------------------------------------------------------------------------------

  /** Gives the links a tick, unless the group is quiet and they can do without; true if it did. */
  boolean tick(long nowMs, boolean busy) {
    boolean due = pulse == null || pulse.due(nowMs, log.inner(), busy || !swaps.machine().idle());
    if (due) {
      open.offer(new Event.Tick(nowMs));
    }
    drive();
    frames.tick(nowMs);
    return due;
  }

  private void drive() {
    if (!condition.over()) {
      swaps.drive();
    }
  }

  /** Whether there was work in the last few ticks. */
  boolean lively() {
    return pulse == null || pulse.lively();
  }

  /** Gives the leading part of the active link away, if there is one. */
  void stepAside(NodeId to) {
    if (open.active() != null) {
      open.active().loglet().handOver(0, to);
    }
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
    if (open.active() != null) {
      open.active().applied(log.inner());
    }
  }

  /** Whether the state is one at which the active link can go on. */
  boolean whole() {
    return open.active() == null || open.active().whole();
  }

  ParallelApply parallel() {
    return parallel;
  }

  void fail(String reason, Throwable cause) {
    owner.fail(reason, cause);
  }

  OpenLinks open() {
    return open;
  }

  SwapMachine machine() {
    return swaps.machine();
  }
}
