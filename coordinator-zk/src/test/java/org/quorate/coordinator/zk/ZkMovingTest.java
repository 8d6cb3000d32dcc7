package org.quorate.coordinator.zk;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Movable;
import org.quorate.tck.coordination.MovingContract;

/** From one root of an ensemble to another. */
class ZkMovingTest extends MovingContract {
  @TempDir Path folder;
  private final ZooKeeperProvider provider = new ZooKeeperProvider();

  @Override
  protected Movable openSource(String client, long epoch) throws Exception {
    return open(client, epoch, "/source");
  }

  @Override
  protected Movable openTarget(String client, long epoch) throws Exception {
    return open(client, epoch, "/target");
  }

  @Override
  protected void kill(Movable client) {
    ((ZkCoordinator) client).abandon();
  }

  private Movable open(String client, long epoch, String root) throws Exception {
    Options options =
        new Options(
            Map.of(
                "coordinator.zk.dir",
                folder.resolve("data").toString(),
                "coordinator.zk.root",
                root));
    return (Movable)
        provider.open(client, epoch, options).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
