package org.quorate.cli.swap;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.swap.SwapRounds.Round;

/** Swaps a running cluster under the load of counting clients, and checks what every node holds. */
public final class SwapDemo {
  private static final String GROUP = "default";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SAMPLE_MS = 100;

  /**
   * What to do.
   *
   * @param loadPercent of the peak rate
   */
  public record Plan(
      int swaps, List<String> strategies, int clients, int loadPercent, double warmupSeconds) {}

  /** Told what happens; on threads of the demonstration, one call at a time. */
  public interface Listener {
    void say(String line);

    /** Ten times a second. */
    void sample(Sample sample);

    void ended(Round round);
  }

  /**
   * The last tenth of a second.
   *
   * @param strategy by which the group goes, or {@code from > to} while it is swapped
   * @param acknowledged additions in it
   * @param pauseMs since the last acknowledgement
   * @param failed additions so far that ended in an error
   */
  public record Sample(
      double seconds, String strategy, int acknowledged, double pauseMs, long failed) {}

  /**
   * What happened, and the verdict.
   *
   * @param lost additions acknowledged and missing on some node, or at the client's next answer
   * @param doubled additions on some node beyond those acknowledged
   */
  public record Report(
      int clients,
      long peakPerSecond,
      long ratePerSecond,
      int swaps,
      Spread pauseMs,
      Spread usualMs,
      long acknowledged,
      long failed,
      String firstFailure,
      long lost,
      long doubled,
      List<Round> rounds,
      List<NodeLine> nodes,
      boolean equalHashes,
      boolean passed) {}

  /**
   * What a node holds.
   *
   * @param sum of the counters
   */
  public record NodeLine(
      String node, String strategy, long epoch, long sum, long version, String stateHash) {}

  private final LocalCluster cluster;
  private final Listener listener;
  private volatile String strategy = "";
  private long startedNs;

  public SwapDemo(LocalCluster cluster, Listener listener) {
    this.cluster = cluster;
    this.listener = listener;
  }

  /** Runs it; the cluster must be serving. */
  public Report run(Plan plan) throws InterruptedException {
    ClusterFile nodes = cluster.file();
    List<String> addresses =
        nodes.nodes().stream().map(n -> "127.0.0.1:" + n.clientPort()).toList();
    ScheduledExecutorService sampler =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "demo-sampler");
              thread.setDaemon(true);
              return thread;
            });
    try (CountingClients load = new CountingClients(addresses, GROUP, plan.clients())) {
      SwapRounds rounds = new SwapRounds(new NodeApi(nodes.nodes().get(0)), GROUP, load);
      listener.say("measuring what " + plan.clients() + " clients reach");
      long peak = load.peak(plan.warmupSeconds(), Math.max(1, plan.warmupSeconds() / 2));
      long rate = Math.max(1, peak * plan.loadPercent() / 100);
      listener.say("they reach " + peak + " additions a second; " + rate + " from now on");
      strategy = rounds.strategy();
      startedNs = System.nanoTime();
      load.start(rate);
      sampler.scheduleAtFixedRate(() -> sample(load), SAMPLE_MS, SAMPLE_MS, TimeUnit.MILLISECONDS);
      List<Round> measured = rounds.run(plan.swaps(), plan.strategies(), new Watch(sampler));
      load.stop();
      sampler.shutdown();
      sampler.awaitTermination(1, TimeUnit.SECONDS);
      return check(plan, load, measured, peak, rate);
    } finally {
      sampler.shutdownNow();
    }
  }

  private void sample(CountingClients load) {
    long now = System.nanoTime();
    AckLog acks = load.acks();
    listener.sample(
        new Sample(
            Math.round((now - startedNs) / 1e8) / 10.0,
            strategy,
            acks.count(now - SAMPLE_MS * 1_000_000, now),
            acks.sinceLast(now),
            load.failed()));
  }

  /** Hands what the rounds tell to the thread of the samples. */
  private final class Watch implements SwapRounds.Listener {
    private final ScheduledExecutorService thread;

    Watch(ScheduledExecutorService thread) {
      this.thread = thread;
    }

    @Override
    public void swapping(String from, String to) {
      strategy = from + " > " + to;
    }

    @Override
    public void switched(String to) {
      strategy = to;
    }

    @Override
    public void ended(Round round) {
      thread.execute(() -> listener.ended(round));
    }
  }

  private Report check(Plan plan, CountingClients load, List<Round> rounds, long peak, long rate)
      throws InterruptedException {
    listener.say("waiting until all nodes have caught up");
    cluster.awaitEqual(GROUP, PATIENCE, (what, seconds) -> {});
    List<NodeLine> lines = new ArrayList<>();
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      lines.add(line(new NodeApi(node)));
    }
    long acknowledged = load.acknowledged();
    long lost = load.wrong() + load.difference();
    long doubled = 0;
    for (NodeLine line : lines) {
      lost = Math.max(lost, acknowledged - line.sum());
      doubled = Math.max(doubled, line.sum() - acknowledged - load.failed());
    }
    boolean equal =
        lines.stream().map(l -> l.version() + " " + l.stateHash()).distinct().count() == 1;
    return new Report(
        plan.clients(),
        peak,
        rate,
        rounds.size(),
        Spread.of(rounds, Round::pauseMs),
        Spread.of(rounds, Round::usualMs),
        acknowledged,
        load.failed(),
        load.firstFailure(),
        lost,
        doubled,
        rounds,
        lines,
        equal,
        equal && lost == 0 && doubled == 0 && load.failed() == 0);
  }

  /** From its own replica. */
  private static NodeLine line(NodeApi node) throws InterruptedException {
    JsonNode group = node.call("group.show", Map.of("group", GROUP), PATIENCE);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("level", "local");
    all.put("prefix", CountingClients.PREFIX);
    all.put("limit", 5_000);
    long sum = 0;
    for (JsonNode entry : node.call("kv.scan", all, PATIENCE).path("entries")) {
      sum += Long.parseLong(entry.path("value").asText());
    }
    return new NodeLine(
        node.node(),
        group.path("strategy").asText(),
        group.path("epoch").asLong(),
        sum,
        group.path("version").asLong(),
        group.path("stateHash").asText());
  }
}
