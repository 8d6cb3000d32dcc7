package org.quorate.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
              NodeProcess.residentMib(cluster, nodes.get(i))));
    }
    return rows;
  }

  private static void pause(double seconds) throws InterruptedException {
    new CountDownLatch(1).await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
  }

  private static List<Duration> cpu(LocalCluster cluster, List<ClusterFile.NodeEntry> nodes) {
    return nodes.stream().map(n -> NodeProcess.processorTime(cluster, n)).toList();
  }
}
