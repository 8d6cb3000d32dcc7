package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Movable;
import org.quorate.tck.coordination.MovingContract;

/** From a group of three nodes to ZooKeeper; the next test finds the group as empty as the first. */
class NativeToZooKeeperTest extends MovingContract {
  private static final ZooKeeperProvider PROVIDER = new ZooKeeperProvider();
  @TempDir static Path folder;
  private static TestCluster cluster;
  private static int roots;

  @BeforeAll
  static void start() {
    cluster = TestCluster.serving(folder, 3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void empty() throws Exception {
    roots++;
    try (Movable last = openSource("cleans", 1)) {
      last.retire("the test is over").toCompletableFuture().get(60, SECONDS);
      last.unseal().toCompletableFuture().get(60, SECONDS);
    }
  }

  @Override
  protected Movable openSource(String client, long epoch) {
    QuorateClient connected = cluster.client();
    return new KvCoordinator(
        connected.group(TestCluster.GROUP.name()).access(),
        client,
        epoch,
        () -> connected.shutdown().toCompletionStage());
  }

  @Override
  protected Movable openTarget(String client, long epoch) throws Exception {
    Options options =
        new Options(
            Map.of(
                "coordinator.zk.dir",
                folder.resolve("zookeeper-" + roots).toString(),
                "coordinator.zk.root",
                "/target"));
    return (Movable) PROVIDER.open(client, epoch, options).toCompletableFuture().get(60, SECONDS);
  }
}
