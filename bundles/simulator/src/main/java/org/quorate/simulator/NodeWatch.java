package org.quorate.simulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.Chain;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.replica.Replica;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.invariant.Step;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;

/** Sees what a node's link and state machine do, and tells invariants, marks and trace. */
final class NodeWatch implements ObservedStrategy.Observer, ObservedMachine.Observer {
  private static final class Opened {
    final PureLoglet protocol;
    final LinkChecks.Link checks;
    Membership before; // null while only one was told
    Membership inForce;
    long since;

    Opened(PureLoglet protocol, LinkChecks.Link checks) {
      this.protocol = protocol;
      this.checks = checks;
    }
  }

  private final World world;
  private final SimNode node;
  private final Map<Long, Opened> links = new HashMap<>();
  private Chain chain;
  private String role = "";
  private boolean affected;
  private Consumer<NodeId> afterSave;
  private NodeId promisedTo;

  NodeWatch(World world, SimNode node) {
    this.world = world;
    this.node = node;
  }

  /** Of a link that the process that runs has opened; null for none. */
  PureLoglet protocol(long planId) {
    Opened link = links.get(planId);
    return link == null ? null : link.protocol;
  }

  /** A process has opened its replica. */
  void started(Replica opened) {
    chain = opened.log().chain();
    world.linkChecks().processesChanged();
    opened.onChange(() -> changed(opened.log().chain()));
  }

  private void changed(Chain now) {
    if (now.active().epoch() > chain.active().epoch()) {
      world.mark(Mark.SWAP);
      if (now.active().epoch() >= chain.active().epoch() + 3) {
        world.mark(Mark.SLEPT_THROUGH_SWAPS);
      }
      world.trace(node, "goes on with " + now.active());
    }
    if (now.past().stream().anyMatch(p -> !p.aborted().isEmpty())) {
      world.mark(Mark.SWAP_ABORTED);
    }
    chain = now;
  }

  /** The process is gone. */
  void ended() {
    links.clear();
    world.linkChecks().processesChanged();
    role = "";
  }

  @Override
  public void opened(String strategy, LinkContext link, PureLoglet opened) {
    LinkChecks.Link checks = world.linkChecks().of(link.planId(), strategy);
    links.put(link.planId(), new Opened(opened, checks));
    world.linkChecks().processesChanged();
  }

  @Override
  public void stepping(LinkContext link, List<Event> turn) {
    if (tracing()) {
      turn.stream().filter(e -> !(e instanceof Event.Tick)).forEach(e -> effect(link, "< " + e));
    }
  }

  @Override
  public void stepped(LinkContext link, List<Event> turn) {
    boolean moved = affected;
    affected = false;
    for (Event event : turn) {
      moved |= !(event instanceof Event.Tick);
      if (event instanceof Event.Tick) {
        look();
      } else if (event instanceof Event.SnapshotBegun) {
        world.mark(Mark.SNAPSHOT_OF_SEVERAL);
      }
    }
    if (moved) {
      links.get(link.planId()).checks.stepped();
    }
  }

  private void look() {
    LinkStatus status = node.linkStatus();
    if (status != null && !status.role().equals(role)) {
      if (!role.isEmpty()) {
        world.mark(Mark.ROLE_CHANGE);
      }
      role = status.role();
      world.trace(node, "is " + role);
    }
    if (status != null && chain != null && !chain.settled()) {
      lookAtSwap(status);
    }
  }

  private void lookAtSwap(LinkStatus status) {
    if (node.replica().installing()) {
      world.mark(Mark.SNAPSHOT_IN_SWAP);
    }
    if (node.moving()) {
      world.mark(Mark.MOVE_IN_SWAP);
    }
    if (chain.plan() != null && !status.membership().equals(chain.plan().base())) {
      world.mark(Mark.MEMBERSHIP_IN_SWAP);
    }
  }

  /** Calls back when the next vote or the like is on disk, with whom it was promised to, or null. */
  void afterSave(Consumer<NodeId> then) {
    afterSave = then;
  }

  void stableSaved() {
    Consumer<NodeId> then = afterSave;
    afterSave = null;
    if (then != null) {
      then.accept(promisedTo);
    }
    promisedTo = null;
  }

  /** Takes down what the replica says of itself; between steps. */
  void lookAtReplica() {
    Replica replica = node.replica();
    if (!node.up() || replica.installing() || world.witness(node)) {
      return;
    }
    VirtualLog log = replica.log();
    Chain.Link sealed = log.chain().predecessor();
    world
        .step()
        .add(
            new Step.Looked(
                node.node(),
                node.incarnation(),
                log.chain().active().planId(),
                log.inner(),
                log.chain().active().firstPosition(),
                sealed == null ? -1 : sealed.planId(),
                sealed == null ? 0 : log.chain().seal().inner(),
                log.position(),
                log.version(),
                Long.toHexString(log.stateHash()),
                replica.pending(),
                replica.dirtyBytes()));
  }

  @Override
  public void membership(LinkContext link, Membership effective, long inner) {
    Opened here = links.get(link.planId());
    if (!effective.equals(here.inForce)) {
      here.before = here.inForce;
      here.inForce = effective;
      here.since = inner;
    }
  }

  @Override
  public void delivered(LinkContext link, long inner, Bytes payload) {
    Opened here = links.get(link.planId());
    world
        .step()
        .add(
            new Step.Delivered(
                node.node(),
                node.incarnation(),
                link.epoch(),
                link.planId(),
                inner,
                payload,
                here.protocol.status().membership(),
                inner < here.since ? here.before : null));
  }

  @Override
  public void sending(LinkContext link, NodeId to, Message message, Pending after) {
    promisedTo = after == null ? promisedTo : to;
    if (tracing()) {
      effect(link, "> " + to + " " + message + (after == null ? "" : " after #" + after.number()));
    }
  }

  @Override
  public void affected() {
    affected = true;
  }

  @Override
  public void effect(LinkContext link, String what) {
    world.trace(node, link.planId() == 0 ? what : "[" + link.planId() + "] " + what);
  }

  @Override
  public boolean tracing() {
    return world.tracing();
  }

  @Override
  public void executed(long version, long session, Bytes command, long timeMs, long stateHash) {
    world
        .step()
        .add(
            new Step.Executed(
                node.node(), node.incarnation(), version, session, command, timeMs, stateHash));
    if (command == null) {
      world.leaseEnded(session);
    }
  }
}
