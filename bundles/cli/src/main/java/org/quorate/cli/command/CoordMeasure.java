package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.Bench;
import org.quorate.cli.bench.coord.CoordBench;
import org.quorate.cli.bench.peer.ZooKeeperServers;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.TemporaryCluster;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;

/** {@code bench --coord}: the native coordinator and one on three ZooKeeper processes, side by side. */
final class CoordMeasure {
  private static final int OPEN_S = 120;

  private final Root root;
  private final List<Coordinator> opened = new ArrayList<>();

  CoordMeasure(Root root) {
    this.root = root;
  }

  /**
   * Runs it and prints the report.
   *
   * @param folder where the data of the ZooKeeper processes lives meanwhile; removed
   */
  int run(LocalCluster cluster, String group, Path folder, int clients, CoordBench.Plan plan)
      throws IOException, InterruptedException {
    try {
      Bench.checkDisk(folder);
      root.terminal().progress("starting ZooKeeper");
      try (ZooKeeperServers servers =
          new ZooKeeperServers(System.getProperty("java.class.path"), folder)) {
        return run(cluster, group, servers, clients, plan);
      }
    } finally {
      TemporaryCluster.remove(folder);
    }
  }

  private int run(
      LocalCluster cluster,
      String group,
      ZooKeeperServers servers,
      int clients,
      CoordBench.Plan plan)
      throws IOException, InterruptedException {
    try {
      List<Coordinator> natives = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        natives.add(ofGroup(cluster, group, i));
      }
      List<Coordinator> others = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        others.add(ofZooKeeper(servers, i));
      }
      List<CoordBench.Row> rows =
          CoordBench.run(
              plan,
              List.of(
                  new CoordBench.Target("native", natives),
                  new CoordBench.Target("zookeeper", others)),
              row ->
                  root.terminal()
                      .progress(
                          row.what()
                              + " "
                              + row.provider()
                              + ": "
                              + row.perSecond()
                              + " a second"));
      root.terminal().progressDone();
      root.print(rows);
      boolean sound = rows.stream().allMatch(row -> row.failed() == 0);
      return sound ? ExitCode.OK : ExitCode.FAILED;
    } finally {
      for (Coordinator each : opened) {
        close(each);
      }
    }
  }

  private static void close(Coordinator coordinator) throws InterruptedException {
    try {
      coordinator.shutdown().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The processes end anyway.
    }
  }

  private Coordinator ofGroup(LocalCluster cluster, String group, int i) {
    String[] addresses =
        cluster.file().nodes().stream()
            .map(n -> "127.0.0.1:" + n.clientPort())
            .toArray(String[]::new);
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses).withName("bench"));
    Coordinator made =
        new KvCoordinator(
            client.group(group).access(),
            "bench-" + i,
            1,
            () -> client.shutdown().toCompletionStage());
    opened.add(made);
    return made;
  }

  private Coordinator ofZooKeeper(ZooKeeperServers servers, int i)
      throws IOException, InterruptedException {
    String connect =
        servers.ports().stream().map(p -> "127.0.0.1:" + p).collect(Collectors.joining(","));
    Options options =
        new Options(
            Map.of("coordinator.zk.connect", connect, "coordinator.zk.connect.ms", "60000"));
    try {
      Coordinator made =
          new ZooKeeperProvider()
              .open("bench-" + i, 1, options)
              .toCompletableFuture()
              .get(OPEN_S, TimeUnit.SECONDS);
      opened.add(made);
      return made;
    } catch (ExecutionException | TimeoutException e) {
      servers.check("ZooKeeper");
      throw new CliException(
          ExitCode.FAILED,
          "ZooKeeper does not answer: " + e.getMessage(),
          "see whether the machine is busy",
          e);
    }
  }
}
