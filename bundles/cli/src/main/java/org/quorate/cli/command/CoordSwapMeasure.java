package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.Bench;
import org.quorate.cli.bench.coord.CoordSwaps;
import org.quorate.cli.bench.peer.ZooKeeperServers;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.cluster.TemporaryCluster;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.LoopThread;

/**
 * {@code bench --coord --swaps N}: three users of a coordinator, each with a part in the swap as a node
 * has it, while it goes from a group of three nodes to three processes of ZooKeeper and back.
 */
final class CoordSwapMeasure {
  private static final String NAME = "native";
  private static final String THERE = "zookeeper";
  private static final int USERS = 3;
  private static final int OPEN_S = 120;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Root root;
  private final LocalCluster cluster;
  private final String group;
  private final List<AutoCloseable> opened = new ArrayList<>();

  CoordSwapMeasure(Root root, LocalCluster cluster, String group) {
    this.root = root;
    this.cluster = cluster;
    this.group = group;
  }

  /**
   * Runs it and prints the report.
   *
   * @param folder where the data of the ZooKeeper processes lives meanwhile; removed
   */
  int run(Path folder, int swaps, int clients, double seconds, double warmup)
      throws IOException, InterruptedException {
    CoordSwaps.Plan plan = new CoordSwaps.Plan(swaps, NAME, THERE, clients, seconds, warmup);
    try {
      Bench.checkDisk(folder);
      root.terminal().progress("starting ZooKeeper");
      try (ZooKeeperServers servers =
          new ZooKeeperServers(System.getProperty("java.class.path"), folder)) {
        return run(servers, plan);
      } finally {
        close();
      }
    } finally {
      TemporaryCluster.remove(folder);
    }
  }

  private int run(ZooKeeperServers servers, CoordSwaps.Plan plan) throws InterruptedException {
    new NodeApi(cluster.file().nodes().get(0))
        .call("group.create", Map.of("group", "system"), PATIENCE);
    List<SwapMember> members = new ArrayList<>();
    List<Coordinator> users = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      SwapMember member = member("user-" + i, servers);
      members.add(member);
      users.add(await(member.use("user-" + i)));
    }
    CoordSwaps.Report report =
        CoordSwaps.run(plan, members.get(0), users, round -> root.terminal().progress(line(round)));
    root.terminal().progressDone();
    if (root.json()) {
      root.print(report);
    } else {
      print(report);
    }
    return report.failed() == 0 && report.wrong() == 0 ? ExitCode.OK : ExitCode.FINDINGS;
  }

  private SwapMember member(String user, ZooKeeperServers servers) {
    QuorateClient client = connect();
    LoopThread loop = new LoopThread(user);
    Map<String, CoordinatorPlace> places =
        Map.of(
            NAME, place(NAME, epoch -> ofGroup(client, group, user, epoch)),
            THERE, place(THERE, epoch -> ofZooKeeper(servers, user, epoch)));
    KvCoordinator records =
        new KvCoordinator(client.group("system").access(), user, 1, CoordSwapMeasure::done);
    SwapMember member =
        new SwapMember(records, NAME, user, places::get, loop, SwapMember.Timing.DEFAULT);
    opened.add(0, loop);
    opened.add(0, records);
    opened.add(0, member);
    return member.start();
  }

  private QuorateClient connect() {
    String[] addresses =
        cluster.file().nodes().stream()
            .map(n -> "127.0.0.1:" + n.clientPort())
            .toArray(String[]::new);
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses).withName("bench"));
    opened.add(client);
    return client;
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private static CoordinatorPlace place(
      String name, Function<Long, CompletionStage<Coordinator>> open) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return open.apply(epoch);
      }
    };
  }

  private static CompletionStage<Coordinator> ofGroup(
      QuorateClient client, String group, String user, long epoch) {
    return CompletableFuture.completedFuture(
        new KvCoordinator(client.group(group).access(), user, epoch, CoordSwapMeasure::done));
  }

  private static CompletionStage<Coordinator> ofZooKeeper(
      ZooKeeperServers servers, String user, long epoch) {
    String connect =
        servers.ports().stream().map(p -> "127.0.0.1:" + p).collect(Collectors.joining(","));
    Map<String, String> options =
        Map.of("coordinator.zk.connect", connect, "coordinator.zk.connect.ms", "60000");
    return new ZooKeeperProvider().open(user, epoch, new Options(options));
  }

  private static <T> T await(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(OPEN_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new CliException(
          ExitCode.FAILED,
          "a coordinator does not open: " + e.getMessage(),
          "see whether the machine is busy",
          e);
    }
  }

  private void close() {
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception e) {
        // The processes end anyway.
      }
    }
  }

  private static String line(CoordSwaps.Round r) {
    return r.number()
        + ": to "
        + r.to()
        + " in "
        + r.retiredMs()
        + " ms, longest without a write "
        + r.pauses().write()
        + " ms, a read "
        + r.pauses().read()
        + " ms, a hand-over "
        + r.pauses().handOver()
        + " ms; failed "
        + r.failed();
  }

  private void print(CoordSwaps.Report r) {
    root.print(r.rows());
    root.terminal()
        .out()
        .println(
            r.rounds().size()
                + " swaps under "
                + r.writes()
                + " writes, "
                + r.reads()
                + " reads and "
                + r.handOvers()
                + " hand-overs a second of "
                + r.lanes()
                + " writers, as many readers and 4 in line for a lock; times in ms; failed "
                + r.failed()
                + (r.firstFailure() == null ? "" : " (" + r.firstFailure() + ")")
                + ", wrong or lost "
                + r.wrong());
    root.terminal().out().flush();
  }
}
