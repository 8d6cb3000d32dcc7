package org.quorate.simulator;

import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.Replica;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.invariant.Step;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;

/** Sees what a node's link and state machine do, and tells invariants, marks and trace. */
final class NodeWatch implements ObservedStrategy.Observer, ObservedMachine.Observer {
  private final World world;
  private final SimNode node;
  private PureLoglet protocol;
  private String role = "";
  private long deliveries;
  private long history;
  private boolean replacing;
  private boolean affected;
  private Consumer<NodeId> afterSave;
  private NodeId promisedTo;

  NodeWatch(World world, SimNode node) {
    this.world = world;
    this.node = node;
  }

  /** Of the process that runs; null while none does. */
  PureLoglet protocol() {
    return protocol;
  }

  /** A process has opened its replica. */
  void started() {
    replacing = false;
    history++;
    deliveries = 0;
  }

  /** The process is gone. */
  void ended() {
    protocol = null;
    role = "";
  }

  @Override
  public void opened(PureLoglet opened) {
    protocol = opened;
  }

  @Override
  public void stepping(List<Event> turn) {
    if (tracing()) {
      turn.stream().filter(e -> !(e instanceof Event.Tick)).forEach(e -> effect("< " + e));
    }
  }

  @Override
  public void stepped(List<Event> turn) {
    boolean moved = affected;
    affected = false;
    for (Event event : turn) {
      moved |= !(event instanceof Event.Tick);
      if (event instanceof Event.SnapshotInstalled) {
        history++;
        replacing = false;
        world.mark(Mark.SNAPSHOT);
      } else if (event instanceof Event.Tick) {
        look();
      }
    }
    if (moved) {
      world.linkStepped();
    }
  }

  private void look() {
    LinkStatus status = protocol.status();
    if (!status.role().equals(role)) {
      if (!role.isEmpty()) {
        world.mark(Mark.ROLE_CHANGE);
      }
      role = status.role();
      world.trace(node, "is " + role);
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

  void stateReplaced() {
    replacing = true;
  }

  /** Takes down what the replica says of itself; between steps. */
  void lookAtReplica() {
    Replica replica = node.replica();
    if (!node.up() || replacing || replica.installing()) {
      return;
    }
    world
        .step()
        .add(
            new Step.Looked(
                node.node(),
                node.incarnation(),
                history,
                deliveries,
                replica.log().position(),
                replica.log().version(),
                Long.toHexString(replica.log().stateHash()),
                replica.pending(),
                replica.dirtyBytes(),
                replica.log().sealedBy()));
  }

  @Override
  public void delivered(long inner, Bytes payload) {
    deliveries++;
    world
        .step()
        .add(
            new Step.Delivered(
                node.node(),
                node.incarnation(),
                1,
                inner,
                payload,
                protocol.status().membership().voters()));
  }

  @Override
  public void sending(NodeId to, Message message, Pending after) {
    promisedTo = after == null ? promisedTo : to;
    if (tracing()) {
      effect("> " + to + " " + message + (after == null ? "" : " after #" + after.number()));
    }
  }

  @Override
  public void affected() {
    affected = true;
  }

  @Override
  public void effect(String what) {
    world.trace(node, what);
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
