package org.quorate.runtime.node;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;

/** A group of a cluster and an embedded ZooKeeper: what a coordinator is swapped between. */
final class GroupAndZooKeeper {
  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final TestCluster cluster;
  private final Path folder;
  private final String group;

  /**
   * Makes it.
   *
   * @param folder of the ZooKeeper server
   * @param group name of the place that is the cluster's group; every other one is on ZooKeeper
   */
  GroupAndZooKeeper(TestCluster cluster, Path folder, String group) {
    this.cluster = cluster;
    this.folder = folder;
    this.group = group;
  }

  /** Where swaps are recorded. */
  CompletionStage<Coordinator> records(String client) {
    return zooKeeper(client, 1, "/records");
  }

  private CompletionStage<Coordinator> zooKeeper(String client, long epoch, String root) {
    Map<String, String> options =
        Map.of("coordinator.zk.dir", folder.toString(), "coordinator.zk.root", root);
    return provider.open(client, epoch, new Options(options));
  }

  private CompletionStage<Coordinator> inGroup(String client, long epoch) {
    QuorateClient connected = cluster.client();
    return CompletableFuture.completedFuture(
        new KvCoordinator(
            connected.group(TestCluster.GROUP.name()).access(),
            client,
            epoch,
            () -> connected.shutdown().toCompletionStage()));
  }

  CoordinatorPlace place(String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return name.equals(group) ? inGroup(client, epoch) : zooKeeper(client, epoch, "/keys");
      }
    };
  }
}
