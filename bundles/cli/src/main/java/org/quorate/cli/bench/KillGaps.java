package org.quorate.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;

/**
 * How long the clients of the nodes that stay wait when another one is killed: each keeps one write
 * under way, and what counts is the longest time between two acknowledgements of one client.
 */
public final class KillGaps {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String GROUP = "default";

  /** Which node is killed. */
  public enum Victim {
    /** The one that orders: of raft the leader. */
    SEQUENCER,
    /** Another one. */
    MEMBER
  }

  /**
   * What to do.
   *
   * @param clients on each node that stays
   * @param warmup seconds of load before the first kill that do not count
   * @param seconds of load before a kill, and again after it
   */
  public record Plan(
      Victim victim, int runs, int clients, double warmup, double seconds, int valueBytes) {}

  /**
   * One kill.
   *
   * @param killed the node
   * @param gapMs longest time without acknowledgement from the kill on, of the client that waited longest
   * @param usualMs the longest one before the kill
   */
  public record Row(
      int run, String victim, String killed, double gapMs, double usualMs, long failed) {}

  private KillGaps() {}

  /** Kills a node as often as wanted; it is started again each time. Blocks. */
  public static List<Row> run(LocalCluster cluster, Plan plan, Consumer<String> say)
      throws InterruptedException {
    List<Row> rows = new ArrayList<>();
    List<String> all =
        cluster.file().nodes().stream().map(n -> "127.0.0.1:" + n.clientPort()).toList();
    try (Writes writes = new Writes(all, GROUP, plan.clients(), plan.valueBytes())) {
      ClosedLoop.run(writes::put, plan.clients(), plan.warmup());
    }
    for (int run = 1; run <= plan.runs(); run++) {
      Row row = strike(cluster, plan, run);
      rows.add(row);
      say.accept(
          "killed " + row.killed() + ": " + row.gapMs() + " ms, before " + row.usualMs() + " ms");
      cluster.awaitAnswer(cluster.start(row.killed()), PATIENCE, (what, waited) -> {});
      cluster.awaitServing(GROUP, PATIENCE, (what, waited) -> {});
      cluster.awaitEqual(GROUP, PATIENCE, (what, waited) -> {});
    }
    return rows;
  }

  private static Row strike(LocalCluster cluster, Plan plan, int run) throws InterruptedException {
    List<ClusterFile.NodeEntry> nodes = new ArrayList<>(cluster.file().nodes());
    Collections.rotate(nodes, run); // another member each time
    String sequencer = sequencer(nodes.get(0));
    boolean wanted = plan.victim() == Victim.SEQUENCER;
    String victim =
        nodes.stream()
            .map(ClusterFile.NodeEntry::name)
            .filter(name -> name.equals(sequencer) == wanted)
            .findFirst()
            .orElseThrow();
    nodes.removeIf(node -> node.name().equals(victim));
    List<Writes> loads = new ArrayList<>();
    try {
      for (ClusterFile.NodeEntry node : nodes) {
        List<String> address = List.of("127.0.0.1:" + node.clientPort());
        loads.add(new Writes(address, GROUP, plan.clients(), plan.valueBytes()));
      }
      return strike(cluster, plan, run, victim, loads);
    } finally {
      loads.forEach(Writes::close);
    }
  }

  private static Row strike(
      LocalCluster cluster, Plan plan, int run, String victim, List<Writes> loads)
      throws InterruptedException {
    int lanes = loads.size() * plan.clients();
    Gaps gaps = new Gaps(lanes);
    Thread killer =
        new Thread(
            () -> {
              try {
                TimeUnit.NANOSECONDS.sleep((long) (plan.seconds() * 1e9));
                gaps.struck();
                cluster.kill(victim);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "bench-killer");
    killer.start();
    ClosedLoop.Result result =
        ClosedLoop.run(
            (lane, number) ->
                loads
                    .get(lane % loads.size())
                    .put(lane / loads.size(), number)
                    .onSuccess(done -> gaps.acknowledged(lane)),
            lanes,
            2 * plan.seconds());
    killer.join();
    return new Row(
        run,
        plan.victim().name().toLowerCase(java.util.Locale.ROOT),
        victim,
        millis(gaps.after()),
        millis(gaps.before()),
        result.failed());
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }

  private static String sequencer(ClusterFile.NodeEntry node) throws InterruptedException {
    NodeApi api = new NodeApi(node);
    String leader =
        api.call("group.show", Map.of("group", GROUP), PATIENCE).path("leader").asText();
    if (leader.isEmpty()) {
      throw new CliException(ExitCode.FAILED, "nobody orders at the moment", "run it again");
    }
    return leader;
  }

  /** The longest gaps of any lane; a gap that spans the kill belongs to it. */
  private static final class Gaps {
    private final long[] last;
    private boolean struck;
    private long before;
    private long after;

    Gaps(int lanes) {
      last = new long[lanes];
    }

    synchronized void struck() {
      struck = true;
    }

    synchronized void acknowledged(int lane) {
      long now = System.nanoTime();
      long gap = last[lane] == 0 ? 0 : now - last[lane];
      last[lane] = now;
      if (struck) {
        after = Math.max(after, gap);
      } else {
        before = Math.max(before, gap);
      }
    }

    synchronized long before() {
      return before;
    }

    synchronized long after() {
      return after;
    }
  }
}
