package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupStatus;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.runtime.coordination.SharedCoordinator;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.tck.coordination.CoordinatorFixture;

/** Native coordinators on a group of three nodes in this JVM: over TCP, or as bundles of one node. */
final class ClusterFixture implements CoordinatorFixture {
  private final TestCluster cluster;
  private final NodeId home;
  private final Map<Coordinator, KvCoordinator> inside = new ConcurrentHashMap<>();
  private final List<NodeAccess> accesses = new CopyOnWriteArrayList<>();
  private NodeId stopped;
  private NodeId second;
  private long forgotten; // revision up to which there is no history any more

  /** Clients over TCP. */
  ClusterFixture(Path folder, String strategy) throws Exception {
    this(folder, strategy, null);
  }

  /**
   * Starts the nodes.
   *
   * @param home the node whose bundles coordinate, which is never stopped; null for clients over TCP
   */
  ClusterFixture(Path folder, String strategy, NodeId home) throws Exception {
    this.home = home;
    cluster = TestCluster.serving(folder, 3);
    if (!strategy.equals("raft")) {
      swapTo(strategy);
    }
  }

  @Override
  public Coordinator open(String client) {
    if (home != null) {
      KvCoordinator own = open(client, access());
      Coordinator shared =
          new SharedCoordinator(own, () -> CompletableFuture.completedFuture(null));
      inside.put(shared, own);
      return shared;
    }
    return open(client, cluster.client());
  }

  /** A client over TCP that waits so long for an answer. */
  Coordinator open(String client, long patienceMs) {
    return open(client, cluster.client(cluster.options().withOperationTimeoutMs(patienceMs)));
  }

  private static Coordinator open(String client, QuorateClient connected) {
    return new KvCoordinator(
        connected.group(TestCluster.GROUP.name()).access(),
        client,
        1,
        () -> connected.shutdown().toCompletionStage());
  }

  /** The way of a bundle of the home node to the group, or of a client over TCP. */
  GroupAccess access() {
    if (home == null) {
      return cluster.client().group(TestCluster.GROUP.name()).access();
    }
    NodeAccess access = cluster.node(home).access(TestCluster.GROUP);
    accesses.add(access);
    return access;
  }

  static KvCoordinator open(String client, GroupAccess access) {
    return new KvCoordinator(access, client, 1, () -> CompletableFuture.completedFuture(null));
  }

  @Override
  public void kill(Coordinator client) throws Exception {
    KvCoordinator killed = inside.containsKey(client) ? inside.get(client) : (KvCoordinator) client;
    killed.abandon().toCompletableFuture().get(60, SECONDS);
  }

  /** How many keys with a prefix the group has ever had, as far as its history goes back. */
  long keysEver(String prefix) throws Exception {
    KvQuery.Changes changes =
        new KvQuery.Changes(KeyRange.prefix(Bytes.utf8(prefix)), forgotten + 1, 0, 0, false);
    ReadOutcome answer =
        cluster
            .client()
            .group(TestCluster.GROUP.name())
            .access()
            .read(changes.encode(), ReadLevel.LINEARIZABLE)
            .toCompletableFuture()
            .get(60, SECONDS);
    var told = (KvResult.ChangesDone) KvResult.decode(((ReadOutcome.Answered) answer).result());
    return told.events().stream().map(e -> e.entry().key()).distinct().count();
  }

  /** A client of the group that is closed with the cluster. */
  KvClient keys() {
    return new KvClient(cluster.client().group(TestCluster.GROUP.name()));
  }

  /** Sets a parameter of all nodes while they run. */
  void parameter(String name, String value) {
    cluster.nodes().forEach(n -> cluster.node(n).control().setParameter(name, value));
  }

  private NodeId leader() {
    NodeId[] found = new NodeId[1];
    TestCluster.await(
        "a node that leads",
        () -> {
          for (NodeId id : cluster.nodes()) {
            if (id.equals(cluster.status(id).hint())) {
              found[0] = id;
            }
          }
          return found[0] != null;
        });
    return found[0];
  }

  @Override
  public void failOver() throws Exception {
    stopped = leader();
    if (stopped.equals(home)) {
      NodeId other =
          cluster.nodes().stream().filter(n -> !n.equals(home)).findFirst().orElseThrow();
      var control = cluster.node(home).control();
      control.transferLeader(TestCluster.GROUP, other).toCompletableFuture().get(60, SECONDS);
      TestCluster.await("another one to lead", () -> !leader().equals(home));
      stopped = leader();
    }
    cluster.stopNode(stopped);
  }

  @Override
  public void heal() {
    if (stopped == null) {
      return;
    }
    NodeId back = stopped;
    stopped = null;
    cluster.startNode(back);
    long position = cluster.status(leader()).position();
    TestCluster.await(
        back + " to take part",
        () ->
            cluster.status(back).state() == GroupStatus.State.RUNNING
                && cluster.status(back).position() >= position);
  }

  /** Stops another of three nodes, after {@link #failOver}: nobody decides until it {@link #returns}. */
  void loseQuorum() {
    second = cluster.nodes().stream().filter(n -> !n.equals(home)).findFirst().orElseThrow();
    cluster.stopNode(second);
  }

  /** The contrary. */
  void returns() {
    cluster.startNode(second);
  }

  @Override
  public boolean swap() throws Exception {
    swapTo(cluster.status(leader()).strategy().equals("raft") ? "certify" : "raft");
    return true;
  }

  @Override
  public boolean forget(long revision) throws Exception {
    QuorateClient connected = cluster.client();
    try {
      Outcome done =
          connected
              .group(TestCluster.GROUP.name())
              .access()
              .propose(new KvCommand.Compact(revision).encode())
              .toCompletableFuture()
              .get(60, SECONDS);
      forgotten = revision;
      return done instanceof Outcome.Committed;
    } finally {
      connected.shutdown().toCompletionStage().toCompletableFuture().get(60, SECONDS);
    }
  }

  private void swapTo(String strategy) throws Exception {
    SwapSpec spec = new SwapSpec(TestCluster.GROUP, strategy, Map.of(), Map.of(), 20_000);
    var control = cluster.node(leader()).control();
    long plan = control.swap(spec).toCompletableFuture().get(60, SECONDS);
    control.swapped(TestCluster.GROUP, plan).toCompletableFuture().get(60, SECONDS);
  }

  @Override
  public void close() {
    accesses.forEach(NodeAccess::close);
    cluster.close();
  }
}
