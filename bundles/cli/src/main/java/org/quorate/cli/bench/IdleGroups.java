package org.quorate.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;

/** What groups cost in which nothing happens: processor time and memory of each node. */
public final class IdleGroups {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private IdleGroups() {}

  /**
   * One node's share.
   *
   * @param groups it has, all idle
   * @param cpuPercent of one core, user and system
   * @param residentMib memory of the process, shared pages included
   */
  public record Row(String node, int groups, double cpuPercent, long residentMib) {}

  /**
   * Makes the groups and measures.
   *
   * @param warmup seconds after the last group was made: the compiler is done then
   */
  public static List<Row> run(
      LocalCluster cluster,
      String strategy,
      int groups,
      double warmup,
      double seconds,
      Consumer<String> say)
      throws InterruptedException {
    List<ClusterFile.NodeEntry> nodes = cluster.file().nodes();
    NodeApi any = new NodeApi(nodes.get(0));
    for (int i = 1; i <= groups; i++) {
      any.call("group.create", Map.of("group", "idle-" + i, "strategy", strategy), PATIENCE);
    }
    for (int i = 1; i <= groups; i++) {
      cluster.awaitServing("idle-" + i, PATIENCE, (what, waited) -> {});
    }
    say.accept(groups + " groups serve; waiting for " + (long) warmup + " s");
    pause(warmup);
    List<Duration> before = cpu(cluster, nodes);
    say.accept("measuring for " + (long) seconds + " s");
    long start = System.nanoTime();
    pause(seconds);
    List<Duration> after = cpu(cluster, nodes);
    double elapsed = System.nanoTime() - start;
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      double used = after.get(i).minus(before.get(i)).toNanos();
      rows.add(
          new Row(
              nodes.get(i).name(),
              groups,
              Math.round(10_000 * used / elapsed) / 100.0,
              residentMib(process(cluster, nodes.get(i)).pid())));
    }
    return rows;
  }

  private static void pause(double seconds) throws InterruptedException {
    new CountDownLatch(1).await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
  }

  /** What a node's process has used of processors so far, user and system. */
  static Duration processorTime(LocalCluster cluster, ClusterFile.NodeEntry node) {
    return process(cluster, node).info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static List<Duration> cpu(LocalCluster cluster, List<ClusterFile.NodeEntry> nodes) {
    return nodes.stream().map(n -> processorTime(cluster, n)).toList();
  }

  private static ProcessHandle process(LocalCluster cluster, ClusterFile.NodeEntry node) {
    return cluster
        .process(node)
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.FAILED,
                    "node " + node.name() + " has ended",
                    "see " + cluster.log(node)));
  }

  private static long residentMib(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
