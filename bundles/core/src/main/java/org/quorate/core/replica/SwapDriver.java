package org.quorate.core.replica;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.swap.SwapMachine;
import org.quorate.core.swap.SwapMachine.Situation;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.SealRecord;

/**
 * Tells the {@link SwapMachine} how things are and does what it says: opens, closes and deletes
 * links, and proposes the records that drive a swap on. On the group's loop.
 */
final class SwapDriver implements SwapMachine.Effects {
  /** What it needs of the links. */
  interface Owner {
    /** A store was opened for a link of the chain. */
    void opened(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened);

    /** The active link cannot be opened: its strategy is not there. */
    void parked(Chain.Link link);

    void requestCheckpoint();
  }

  private final ReplicaEnvironment environment;
  private final VirtualLog log;
  private final OpenLinks open;
  private final LinkStores stores;
  private final Callers callers;
  private final LinkFrames frames;
  private final WarmUp warmUp;
  private final Owner owner;
  private final SwapMachine machine = new SwapMachine(this);

  SwapDriver(
      ReplicaEnvironment environment,
      VirtualLog log,
      OpenLinks open,
      LinkStores stores,
      Callers callers,
      LinkFrames frames,
      WarmUp warmUp,
      Owner owner) {
    this.environment = environment;
    this.log = log;
    this.open = open;
    this.stores = stores;
    this.callers = callers;
    this.frames = frames;
    this.warmUp = warmUp;
    this.owner = owner;
  }

  SwapMachine machine() {
    return machine;
  }

  WarmUp warmUp() {
    return warmUp;
  }

  /** Lets the machine look whether something is to be done. */
  void drive() {
    if (machine.idle()) {
      return;
    }
    Chain chain = open.chain();
    LinkStatus now = open.active() == null ? null : open.active().status();
    LinkSlot warm = open.planned();
    LinkStatus planned = warm == null ? null : warm.status();
    boolean leads = now != null && now.timekeeper();
    boolean leadsWarm = planned != null && planned.timekeeper();
    if (machine.live() && planned != null && planned.proposer() && (leads || !leadsWarm)) {
      // Who leads the planned link alone gives it away first.
      warmUp.drive(warm, environment.nowMs());
    }
    machine.tick(
        new Situation(
            environment.nowMs(),
            log.sessions().timeMs(),
            leads,
            now != null && chain.plan() != null && now.membership().equals(chain.plan().base()),
            leadsWarm,
            warm != null && warmUp.done(warm),
            now != null && chain.predecessor() != null && frames.beyond(now.membership()).quorum(),
            frames.ahead(now == null ? chain.active().members() : now.membership(), leader(now))));
  }

  private NodeId leader(LinkStatus now) {
    if (now == null) {
      return null;
    }
    return now.timekeeper() ? environment.node() : now.hint();
  }

  // ---- links -------------------------------------------------------------------------------

  @Override
  public void open(Chain.Link link) {
    ConsensusStrategy strategy = environment.strategy(link.strategy());
    if (strategy != null) {
      stores.open(link, opened -> opened(link, strategy, opened));
    } else {
      machine.missing(link.planId());
      if (link.planId() == open.chain().active().planId()) {
        owner.parked(link);
      }
    }
  }

  private void opened(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened) {
    if (machine.opened(link.planId())) {
      owner.opened(link, strategy, opened);
    } else {
      stores.close(opened.store(), () -> machine.closed(link.planId()));
    }
  }

  @Override
  public void close(long planId) {
    LinkSlot slot = open.find(planId);
    if (slot != null) {
      open.remove(slot);
      stores.close(slot.close(), () -> machine.closed(planId));
    }
  }

  @Override
  public void delete(long planId) {
    stores.delete(planId);
  }

  // ---- records -----------------------------------------------------------------------------

  @Override
  public void probe(long planId) {
    LinkSlot warm = open.find(planId);
    if (warm != null) {
      warm.submit(0, callers.unasked(new LogRecord.Probe(planId)));
    }
  }

  @Override
  public void handOver(long planId) {
    LinkSlot warm = open.find(planId);
    NodeId leader = open.active() == null ? null : open.active().status().hint();
    if (warm != null && leader != null && !leader.equals(environment.node())) {
      warm.loglet().handOver(0, leader);
    }
  }

  @Override
  public void seal(Chain.Plan plan) {
    if (open.active() != null) {
      Bytes payload = callers.unasked(new LogRecord.Seal(plan.planId()));
      open.active().loglet().seal(0, new SealRecord(plan.planId(), plan.base(), payload));
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

  private void propose(LogRecord record) {
    if (open.active() != null) {
      open.active().submit(0, callers.unasked(record));
    }
  }

  @Override
  public void checkpoint() {
    owner.requestCheckpoint();
  }
}
