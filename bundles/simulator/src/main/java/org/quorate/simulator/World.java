package org.quorate.simulator;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.client.Cluster;
import org.quorate.simulator.client.Leases;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;
import org.quorate.simulator.network.NetworkFaults;
import org.quorate.simulator.network.SimNetwork;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.transport.Lane;

/** The nodes of one simulation and what is between them. */
final class World implements SimNetwork.Receiver, SimDisk.Listener, Cluster {
  static final GroupId GROUP = GroupId.of("sim");
  private static final double FASTEST_CLOCK = 1.25;

  private final Subject subject;
  private final Plan plan;
  private final EventQueue queue = new EventQueue();
  private final Rng rng;
  private final SimNetwork network;
  private final Map<NodeId, SimNode> nodes = new TreeMap<>();
  private final List<SimNode> all;
  private final ReplicaConfig config;
  private final Trace trace;
  private final Set<Mark> marks = EnumSet.noneOf(Mark.class);
  private final Step step = new Step(this::holds);
  private final Leases leases;
  private Violation violation;
  private NodeId trapFrom;
  private NodeId trapAt;
  private Runnable trap;
  private BiConsumer<NodeId, NodeId> snapshotFrames = (from, to) -> {};
  private final Set<Bytes> sent = new HashSet<>();
  private final Set<Bytes> sentTwice = new HashSet<>();
  private final LinkChecks linkChecks;
  private final List<NodeId> ids;
  private boolean healing;

  World(Subject subject, Plan plan, Rng rng, Trace trace) {
    this.subject = subject;
    this.plan = plan;
    this.rng = rng;
    this.trace = trace;
    leases = new Leases(queue, plan.drift() ? FASTEST_CLOCK : 1);
    network = new SimNetwork(queue, rng.split(), plan.network(), this);
    for (String name : plan.names()) {
      NodeId id = NodeId.of(name);
      SimNode node = new SimNode(this, id, rng.split());
      if (plan.drift()) {
        node.clock(rng.between(0.8, FASTEST_CLOCK), rng.between(0, 1_000_000_000));
      }
      nodes.put(id, node);
    }
    all = List.copyOf(nodes.values());
    ids = List.copyOf(nodes.keySet());
    linkChecks = new LinkChecks(subject, all);
    config =
        new ReplicaConfig(
            GROUP,
            7,
            subject.strategy().name(),
            "simulated",
            genesis(),
            new Options(plan.options()));
  }

  private Membership genesis() {
    return new Membership(
        1,
        all.subList(0, plan.voters() + plan.learners()).stream()
            .map(n -> seat(n, all.indexOf(n)))
            .toList());
  }

  private Member seat(SimNode node, int at) {
    if (at >= plan.voters()) {
      return new Member(node.node(), node.storeId(), Role.LEARNER);
    }
    boolean witness = plan.witness() && at == plan.voters() - 1;
    return new Member(
        node.node(), node.storeId(), witness ? Role.WITNESS : Role.VOTER, plan.weights().get(at));
  }

  /** Whether a node's store was made without payloads: it can never be another member than that. */
  boolean witness(SimNode node) {
    return config
        .genesis()
        .find(node.node())
        .map(m -> m.role() == Role.WITNESS && m.storeId() == node.storeId())
        .orElse(false);
  }

  /** Starts the members. */
  void boot() {
    config.genesis().members().forEach(m -> nodes.get(m.node()).start());
  }

  Subject subject() {
    return subject;
  }

  Plan plan() {
    return plan;
  }

  @Override
  public EventQueue queue() {
    return queue;
  }

  SimNetwork network() {
    return network;
  }

  ReplicaConfig config() {
    return config;
  }

  Step step() {
    return step;
  }

  List<SimNode> nodes() {
    return all;
  }

  SimNode node(NodeId id) {
    return nodes.get(id);
  }

  LinkChecks linkChecks() {
    return linkChecks;
  }

  /** What was found wrong in the middle of a step; null for nothing. */
  Violation violation() {
    return violation;
  }

  Set<Mark> marks() {
    return marks;
  }

  void mark(Mark mark) {
    marks.add(mark);
  }

  @Override
  public boolean tracing() {
    return trace.on();
  }

  void trace(SimNode node, String event) {
    trace.node(queue.nowUs(), node, event);
  }

  @Override
  public void trace(String who, String event) {
    trace.world(queue.nowUs(), who, event);
  }

  // ---- nodes -------------------------------------------------------------------------------

  private boolean holds(NodeId id, Step.Delivered what, boolean atIndex) {
    LogPoint at = new LogPoint(what.epoch(), what.inner());
    return nodes.get(id).disk().holds(GROUP, at, what.planId(), what.payload(), atIndex);
  }

  /** A process ended: its connections are gone, peers see them made again when it is back. */
  void disconnected(SimNode node) {
    mark(Mark.CRASH);
    network.disconnect(node.node(), nodes.keySet());
  }

  /** Restarts a node after a while. */
  void restartLater(SimNode node) {
    boolean soon = healing || rng.chance(0.4);
    long delayUs = soon ? rng.between(1_000, 50_000) : rng.between(10_000, 3_000_000);
    restartAfter(node, delayUs);
  }

  void restartAfter(SimNode node, long delayUs) {
    queue.after(delayUs, () -> restart(node));
  }

  void restart(SimNode node) {
    if (node.state() == SimNode.State.DOWN) {
      node.start();
      for (SimNode other : nodes.values()) {
        if (other != node) {
          other.peerReset(node.node());
        }
      }
    }
  }

  /** From now on nothing breaks any more. */
  void heal() {
    healing = true;
    network.faults(NetworkFaults.NONE);
    network.healAll();
    for (SimNode node : nodes.values()) {
      node.disk().faults().clear();
      node.thaw();
    }
  }

  boolean healing() {
    return healing;
  }

  void leaseEnded(long lease) {
    mark(Mark.LEASE_EXPIRED);
    String wrong = leases.end(lease);
    if (wrong != null) {
      found("NoLeaseEndsEarly", wrong);
    }
  }

  // ---- network -----------------------------------------------------------------------------

  @Override
  public void receive(NodeId to, NodeId from, Lane lane, Bytes frame) {
    nodes.get(to).receive(from, lane, frame);
    if (lane == Lane.BULK) {
      snapshotFrames.accept(from, to);
    }
    if (trap != null && to.equals(trapAt) && from.equals(trapFrom)) {
      Runnable sprung = trap;
      trap = null;
      sprung.run();
    }
  }

  @Override
  public void peerReset(NodeId at, NodeId peer) {
    nodes.get(at).peerReset(peer);
  }

  @Override
  public void peerBusy(NodeId at, NodeId peer) {
    nodes.get(at).peerBusy(peer);
  }

  /** Tells of every frame of a snapshot that has arrived: from whom, at whom. */
  void whenSnapshotFrame(BiConsumer<NodeId, NodeId> listener) {
    snapshotFrames = listener;
  }

  /** Runs a task, once, when the next frame of a node has reached another; there is one such task. */
  void whenReceived(NodeId from, NodeId at, Runnable task) {
    trapFrom = from;
    trapAt = at;
    trap = task;
  }

  // ---- disks -------------------------------------------------------------------------------

  @Override
  public void truncated() {
    mark(Mark.TRUNCATION);
  }

  @Override
  public void stableSaved(String node) {
    nodes.get(NodeId.of(node)).watch().stableSaved();
  }

  @Override
  public void stateReplaced(String node) {
    mark(Mark.SNAPSHOT);
  }

  @Override
  public void snapshotComplete(String node, SnapshotId id, Bytes content) {
    step.add(new Step.Kept(NodeId.of(node), id, content));
  }

  @Override
  public void corruptionFound(String what) {
    mark(Mark.CORRUPTION_FOUND);
    trace("disk", "corrupt: " + what);
  }

  @Override
  public void wroteAfterCorruption(String what) {
    step.addWriteAfterCorruption(what);
  }

  // ---- clients -----------------------------------------------------------------------------

  @Override
  public List<NodeId> nodeIds() {
    if (!healing) {
      return ids;
    }
    List<NodeId> working =
        all.stream().filter(n -> n.up() && !n.crippled()).map(SimNode::node).toList();
    return working.isEmpty() ? ids : working;
  }

  @Override
  public void call(NodeId node, Consumer<Replica> request) {
    long loss = rng.between(0, 999);
    if (healing || loss >= 10) {
      queue.after(clientDelayUs(), () -> nodes.get(node).request(request));
    }
  }

  @Override
  public void reply(Runnable answer) {
    long loss = rng.between(0, 999);
    if (healing || loss >= 10) {
      queue.after(clientDelayUs(), answer);
    }
  }

  private long clientDelayUs() {
    return 50 + rng.around(300);
  }

  @Override
  public long historyId() {
    return config.historyId();
  }

  @Override
  public Leases leases() {
    return leases;
  }

  @Override
  public void acknowledged(Step.Acknowledged fact) {
    step.add(fact);
  }

  @Override
  public void sent(Bytes command) {
    if (!sent.add(command)) {
      sentTwice.add(command);
    }
  }

  /** Whether equal commands were sent, each of which is to be executed. */
  boolean sentTwice(Bytes command) {
    return sentTwice.contains(command);
  }

  @Override
  public void aborted() {
    mark(Mark.ABORT);
  }

  @Override
  public void broken(String invariant, String what) {
    throw new Violation(invariant, what);
  }

  @Override
  public void found(String invariant, String what) {
    if (violation == null) {
      violation = new Violation(invariant, what);
    }
  }
}
