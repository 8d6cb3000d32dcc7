package org.quorate.cli.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.NodeProcess;
import org.quorate.cli.bench.coord.Crowd;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.Coordinator;

/**
 * {@code bench --sessions N}: what so many sessions and ten times as many watches cost the nodes, and when
 * sessions end that nobody keeps alive, also when the leader is killed meanwhile.
 */
final class CrowdMeasure {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long TTL_MS = 20_000;
  private static final int WATCHES = 10;

  /** How long after its TTL, and a fail-over, a session may be seen to end. */
  private static final long LATEST_MS = 1_000;

  /** What sessions and watches may cost a node. */
  private static final long MOST_MIB = 1_024;

  /** One figure. */
  record Row(String what, String where, double value, String unit) {}

  private final Root root;
  private final LocalCluster cluster;
  private final String group;
  private final List<Row> rows = new ArrayList<>();
  private boolean roomy = true;

  CrowdMeasure(Root root, LocalCluster cluster, String group) {
    this.root = root;
    this.cluster = cluster;
    this.group = group;
  }

  int run(int sessions, int clients, double seconds) throws InterruptedException {
    int watches = sessions * WATCHES;
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      Map<String, String> room = Map.of("name", "client.watches.max", "value", "1048576");
      new NodeApi(node).call("config.set", room, PATIENCE);
    }
    try (Crowd crowd = new Crowd(coordinators(clients + 1), TTL_MS)) {
      long began = System.nanoTime();
      crowd.open(sessions / 2);
      say(sessions / 2 + " sessions are open");
      crowd.watch(watches);
      say(watches + " watches are begun");
      note("sessions and watches are there after", "", (System.nanoTime() - began) / 1e9, "s");
      steady(seconds);
      notified(crowd.notifications(watches));
      long[] failOverMs = new long[1];
      boolean right = expiry("a session ends", crowd.expire(sessions / 2, () -> {}), 0);
      Crowd.Ends killed = crowd.expire(sessions / 2, () -> failOverMs[0] = kill());
      right &= expiry("beside a kill", killed, failOverMs[0]);
      note("fail-over", "", failOverMs[0], "ms");
      note("sessions and watches that ended though they were kept", "", crowd.ended(), "");
      root.terminal().progressDone();
      root.print(rows);
      return right && roomy && crowd.ended() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private void say(String line) {
    root.terminal().progress(line);
  }

  private void note(String what, String where, double value, String unit) {
    rows.add(new Row(what, where, Math.round(value * 100) / 100.0, unit));
  }

  private List<Coordinator> coordinators(int count) {
    String[] addresses =
        cluster.file().nodes().stream()
            .map(n -> "127.0.0.1:" + n.clientPort())
            .toArray(String[]::new);
    List<Coordinator> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses).withName("bench"));
      made.add(
          new KvCoordinator(
              client.group(group).access(),
              "crowd-" + i,
              1,
              () -> client.shutdown().toCompletionStage()));
    }
    return made;
  }

  private void steady(double seconds) throws InterruptedException {
    List<ClusterFile.NodeEntry> nodes = cluster.file().nodes();
    List<Duration> before = nodes.stream().map(n -> NodeProcess.processorTime(cluster, n)).toList();
    new CountDownLatch(1).await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
    for (int i = 0; i < nodes.size(); i++) {
      Duration used = NodeProcess.processorTime(cluster, nodes.get(i)).minus(before.get(i));
      String name = nodes.get(i).name();
      note("processor time", name, used.toMillis() / (10 * seconds), "% of a core");
      double residentMib = NodeProcess.residentMib(cluster, nodes.get(i));
      note("memory", name, residentMib, "MiB");
      roomy &= residentMib <= MOST_MIB;
    }
  }

  private void notified(Histogram latency) {
    note("notification", "p50", latency.getValueAtPercentile(50) / 1e6, "ms");
    note("notification", "p99", latency.getValueAtPercentile(99) / 1e6, "ms");
  }

  /**
   * False if one ended too early, too late, or not at all.
   *
   * @param failOverMs how long nothing was decided meanwhile
   */
  private boolean expiry(String what, Crowd.Ends ends, long failOverMs) {
    if (ends.seen() > 0) {
      note(what, "earliest behind its TTL", ends.earliest() - TTL_MS, "ms");
      note(what, "latest behind its TTL", ends.latest() - TTL_MS, "ms");
    }
    note(what, "never", ends.left(), "");
    return ends.left() == 0
        && ends.earliest() >= TTL_MS
        && ends.latest() <= TTL_MS + failOverMs + LATEST_MS;
  }

  /** Kills the leader; the milliseconds until a write is acknowledged again. */
  private long kill() throws InterruptedException {
    NodeApi api = new NodeApi(cluster.file().nodes().get(0));
    String leader =
        api.call("group.show", Map.of("group", group), PATIENCE).path("leader").asText();
    if (leader.isEmpty()) {
      throw new CliException(ExitCode.FAILED, "nobody orders at the moment", "run it again");
    }
    try (Crowd.Probe probe = new Crowd.Probe(coordinators(1).get(0))) {
      probe.write();
      cluster.kill(leader);
      long began = System.nanoTime();
      probe.write();
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }
  }
}
