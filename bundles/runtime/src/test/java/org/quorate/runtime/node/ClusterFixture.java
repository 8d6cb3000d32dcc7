package org.quorate.runtime.node;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.tck.coordination.CoordinatorFixture;

/** Native coordinators over TCP on a group of three nodes in this JVM. */
final class ClusterFixture implements CoordinatorFixture {
  private final TestCluster cluster;
  private NodeId stopped;

  ClusterFixture(Path folder, String strategy) throws Exception {
    cluster = TestCluster.serving(folder, 3);
    if (!strategy.equals("raft")) {
      swapTo(strategy);
    }
  }

  @Override
  public Coordinator open(String client) {
    QuorateClient connected = cluster.client();
    return new KvCoordinator(
        connected.group(TestCluster.GROUP.name()).access(),
        client,
        1,
        () -> connected.shutdown().toCompletionStage());
  }

  @Override
  public void kill(Coordinator client) throws Exception {
    ((KvCoordinator) client).abandon().toCompletableFuture().get(60, TimeUnit.SECONDS);
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
  public void failOver() {
    stopped = leader();
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

  @Override
  public boolean swap() throws Exception {
    swapTo(cluster.status(leader()).strategy().equals("raft") ? "certify" : "raft");
    return true;
  }

  private void swapTo(String strategy) throws Exception {
    SwapSpec spec = new SwapSpec(TestCluster.GROUP, strategy, Map.of(), Map.of(), 20_000);
    var control = cluster.node(leader()).control();
    long plan = control.swap(spec).toCompletableFuture().get(60, TimeUnit.SECONDS);
    control.swapped(TestCluster.GROUP, plan).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
