package org.quorate.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.quorate.api.Bytes;
import org.quorate.cli.CliException;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;

/**
 * What the nodes that stay lose of their rate while a member that lost its disk gets the state again, by a
 * snapshot and what came meanwhile.
 */
public final class JoinLoss {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String GROUP = "default";
  private static final int FILL_BYTES = 1024;

  /**
   * What to do.
   *
   * @param mib of state that there is before
   * @param clients on each node that stays
   * @param outstanding writes under way on each of them
   * @param warmup seconds of load that do not count
   * @param seconds of load before, and after
   */
  public record Plan(
      int mib, int clients, int outstanding, double warmup, double seconds, int valueBytes) {}

  /**
   * A node that stayed.
   *
   * @param donor whether it was seen to give the snapshot
   * @param before writes a second of its clients
   * @param during the same while the member joined
   * @param after the same when it had caught up
   * @param lossPercent of the rate before; where all nodes share their processors, what the member takes of
   *     them is in it
   * @param microsBefore processor time of the node for each write of any node, before
   * @param microsDuring the same while the member joined: what it costs a node with processors of its own
   * @param joinSeconds until the member had caught up
   */
  public record Row(
      String node,
      boolean donor,
      long before,
      long during,
      long after,
      double lossPercent,
      double microsBefore,
      double microsDuring,
      double joinSeconds) {}

  /** Of a span: a node's own writes a second, and its processor time for each write of any. */
  private record Pace(long rate, double micros) {}

  private final LocalCluster cluster;
  private final Plan plan;
  private final Map<String, LongAdder> acknowledged = new TreeMap<>();
  private volatile boolean stopping;

  private JoinLoss(LocalCluster cluster, Plan plan) {
    this.cluster = cluster;
    this.plan = plan;
  }

  /** Blocks until the member is back. */
  public static List<Row> run(LocalCluster cluster, Plan plan, Consumer<String> say)
      throws InterruptedException {
    return new JoinLoss(cluster, plan).run(say);
  }

  private List<Row> run(Consumer<String> say) throws InterruptedException {
    List<ClusterFile.NodeEntry> nodes = new ArrayList<>(cluster.file().nodes());
    say.accept("writing " + plan.mib() + " MiB");
    fill(nodes);
    String sequencer = show(nodes.get(0)).path("leader").asText();
    ClusterFile.NodeEntry lost =
        nodes.stream().filter(n -> !n.name().equals(sequencer)).findFirst().orElseThrow();
    nodes.remove(lost);
    change(nodes.get(0), "remove", lost);
    cluster.stop(lost.name());
    delete(cluster.directory(lost).resolve("data"));
    nodes.forEach(n -> acknowledged.put(n.name(), new LongAdder()));
    List<Writes> loads = new ArrayList<>();
    Thread load = new Thread(() -> load(nodes, loads), "bench-load");
    load.start();
    try {
      pause(plan.warmup());
      Map<String, Pace> before = paces(nodes, () -> pause(plan.seconds()));
      ClusterFile.NodeEntry back = cluster.start(lost.name());
      cluster.awaitAnswer(back, PATIENCE, (what, waited) -> {});
      say.accept(lost.name() + " is back without data");
      List<String> donors = new ArrayList<>();
      long began = System.nanoTime();
      Map<String, Pace> during =
          paces(
              nodes,
              () -> {
                change(nodes.get(0), "add", back);
                awaitCaughtUp(nodes, back, donors);
              });
      double took = Math.round((System.nanoTime() - began) / 1e7) / 100.0;
      Map<String, Pace> after = paces(nodes, () -> pause(plan.seconds()));
      return nodes.stream()
          .map(n -> n.name())
          .map(n -> row(n, donors, before.get(n), during.get(n), after.get(n), took))
          .toList();
    } finally {
      stopping = true;
      load.join();
      loads.forEach(Writes::close);
    }
  }

  private static Row row(
      String node, List<String> donors, Pace before, Pace during, Pace after, double took) {
    double loss = 100.0 - 100.0 * during.rate() / Math.max(1, before.rate());
    return new Row(
        node,
        donors.contains(node),
        before.rate(),
        during.rate(),
        after.rate(),
        Math.round(loss * 10) / 10.0,
        before.micros(),
        during.micros(),
        took);
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  private Map<String, Pace> paces(List<ClusterFile.NodeEntry> nodes, Task task)
      throws InterruptedException {
    Map<String, Long> counts = counts();
    Map<String, Duration> busy = busy(nodes);
    long began = System.nanoTime();
    task.run();
    double seconds = (System.nanoTime() - began) / 1e9;
    Map<String, Duration> busyThen = busy(nodes);
    Map<String, Long> countsThen = counts();
    double all = 0;
    for (String node : counts.keySet()) {
      all += countsThen.get(node) - counts.get(node);
    }
    Map<String, Pace> paces = new TreeMap<>();
    for (String node : counts.keySet()) {
      double micros = busyThen.get(node).minus(busy.get(node)).toNanos() / 1e3 / Math.max(1, all);
      long rate = Math.round((countsThen.get(node) - counts.get(node)) / seconds);
      paces.put(node, new Pace(rate, Math.round(micros * 10) / 10.0));
    }
    return paces;
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    acknowledged.forEach((node, count) -> counts.put(node, count.sum()));
    return counts;
  }

  private Map<String, Duration> busy(List<ClusterFile.NodeEntry> nodes) {
    Map<String, Duration> busy = new TreeMap<>();
    nodes.forEach(n -> busy.put(n.name(), NodeProcess.processorTime(cluster, n)));
    return busy;
  }

  private void load(List<ClusterFile.NodeEntry> nodes, List<Writes> loads) {
    try {
      for (ClusterFile.NodeEntry node : nodes) {
        List<String> address = List.of("127.0.0.1:" + node.clientPort());
        loads.add(new Writes(address, GROUP, plan.clients(), plan.valueBytes()));
      }
      int lanes = nodes.size() * plan.clients() * plan.outstanding();
      while (!stopping) {
        ClosedLoop.run(
            (lane, number) ->
                loads
                    .get(lane % nodes.size())
                    .put(lane / nodes.size(), number)
                    .onSuccess(
                        done ->
                            acknowledged.get(nodes.get(lane % nodes.size()).name()).increment()),
            lanes,
            1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Keys of their own with values that no storage can make smaller. */
  private void fill(List<ClusterFile.NodeEntry> nodes) throws InterruptedException {
    List<String> addresses = nodes.stream().map(n -> "127.0.0.1:" + n.clientPort()).toList();
    long count = plan.mib() * 1024L * 1024 / FILL_BYTES;
    AtomicLong next = new AtomicLong();
    try (Writes writes = new Writes(addresses, GROUP, 4, FILL_BYTES)) {
      while (next.get() < count) {
        ClosedLoop.run(
            (lane, number) -> {
              long key = next.getAndIncrement();
              return key < count
                  ? writes.put(lane, Bytes.utf8(String.format("join/%09d", key)))
                  : writes.echo(lane, number);
            },
            64,
            1);
      }
    }
  }

  private void awaitCaughtUp(
      List<ClusterFile.NodeEntry> nodes, ClusterFile.NodeEntry back, List<String> donors)
      throws InterruptedException {
    long wanted = show(nodes.get(0)).path("version").asLong();
    long deadline = System.nanoTime() + PATIENCE.toNanos() * 5;
    while (System.nanoTime() < deadline) {
      for (ClusterFile.NodeEntry node : nodes) {
        if (show(node).path("role").asText().equals("DONOR") && !donors.contains(node.name())) {
          donors.add(node.name());
        }
      }
      if (caughtUp(back, wanted)) {
        return;
      }
      pause(0.2);
    }
    throw new IllegalStateException(back.name() + " has not caught up in time");
  }

  private static boolean caughtUp(ClusterFile.NodeEntry back, long wanted)
      throws InterruptedException {
    try {
      JsonNode joiner = show(back);
      return joiner.path("state").asText().equals("RUNNING")
          && joiner.path("version").asLong() >= wanted;
    } catch (CliException e) {
      return false; // it does not have the group yet
    }
  }

  private static JsonNode show(ClusterFile.NodeEntry node) throws InterruptedException {
    return new NodeApi(node).call("group.show", Map.of("group", GROUP), PATIENCE);
  }

  private static void change(ClusterFile.NodeEntry at, String how, ClusterFile.NodeEntry who)
      throws InterruptedException {
    new NodeApi(at)
        .call("group.members", Map.of("group", GROUP, "change", how, "node", who.name()), PATIENCE);
  }

  private static void pause(double seconds) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
