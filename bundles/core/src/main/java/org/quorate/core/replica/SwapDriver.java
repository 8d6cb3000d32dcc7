package org.quorate.core.replica;

import java.util.Map;
import java.util.TreeMap;
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
    /**
     * A store was opened for a link of the chain. Throws StrategyException if the strategy does not
     * take it; then the store is the caller's to close.
     */
    void opened(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened);

    /** The active link cannot be opened. */
    void parked(String why);

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

  /** Why strategies do not open their links, by plan. */
  private final Map<Long, String> refusals = new TreeMap<>();

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
      if (active(link)) {
        owner.parked(
            "strategy '"
                + link.strategy()
                + "': no bundle provides it; install or start the bundle of this consensus");
      }
    }
  }

  private boolean active(Chain.Link link) {
    return link.planId() == open.chain().active().planId();
  }

  private void opened(Chain.Link link, ConsensusStrategy strategy, LinkStores.Opened opened) {
    if (machine.opened(link.planId())) {
      try {
        owner.opened(link, strategy, opened);
        return;
      } catch (StrategyException e) {
        refused(link, e.getMessage());
      }
    }
    stores.close(opened.store(), () -> machine.closed(link.planId()));
  }

  private void refused(Chain.Link link, String why) {
    machine.refused(link.planId());
    refusals.put(link.planId(), why);
    if (active(link)) {
      owner.parked(why);
    }
  }

  /** Why the strategy of a plan's link did not open it; null if it was not asked or did. */
  String refusal(long planId) {
    return refusals.get(planId);
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
    refusals.remove(planId);
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
