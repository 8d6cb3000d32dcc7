package org.quorate.coordinator.zk;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.tck.coordination.CoordinatorFixture;
import org.quorate.tck.net.ZooKeeperServers;

/** An ensemble of three server processes; the one that leads is killed by SIGKILL. */
final class ThreeServers implements CoordinatorFixture {
  private static final long OPEN_S = 120;

  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final ZooKeeperServers servers;

  ThreeServers(Path folder) throws Exception {
    servers =
        new ZooKeeperServers(
            folder, System.getProperty("java.class.path"), ServerProcess.class.getName());
    try {
      servers.serve();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  Options options() {
    return new Options(
        Map.of(
            Settings.CONNECT.name(),
            servers.connect(),
            Settings.CONNECTING.name(),
            "60000",
            Settings.REQUEST.name(),
            "50000"));
  }

  @Override
  public Coordinator open(String client) throws Exception {
    return provider.open(client, 3, options()).toCompletableFuture().get(OPEN_S, TimeUnit.SECONDS);
  }

  @Override
  public void kill(Coordinator client) {
    ((ZkCoordinator) client).abandon();
  }

  @Override
  public void failOver() throws Exception {
    servers.killLeader();
  }

  @Override
  public void heal() throws Exception {
    servers.startDead();
    servers.serve();
  }

  @Override
  public void close() {
    servers.close();
  }
}
