package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.swap.Spread;
import org.quorate.cli.swap.SwapBench;
import org.quorate.cli.swap.SwapRounds;
import picocli.CommandLine.Option;

/** Options of {@code bench --swaps}. */
final class SwapOptions {
  private static final int CLIENTS = 64;
  private static final int COORD_CLIENTS = 16;

  @Option(
      names = "--swaps",
      paramLabel = "N",
      description = {
        "Instead: so many swaps of the strategy, to and fro, under a share of the peak load of",
        "--clients (64) clients that count; reports what they noticed. With --coord: of a",
        "coordinator between its group and three processes of ZooKeeper, every --seconds, under",
        "--clients (16) writers, as many readers and a lock that sessions wait for, in a cluster"
            + " of",
        "its own."
      })
  private Integer swaps;

  @Option(
      names = "--between",
      paramLabel = "NAME",
      split = ",",
      description = "Strategies that --swaps goes through in turn (default: ${DEFAULT-VALUE}).",
      defaultValue = "raft,certify")
  private List<String> between;

  @Option(
      names = "--load",
      paramLabel = "PERCENT",
      description = "Share of the peak load under which --swaps swaps (default: ${DEFAULT-VALUE}).")
  private int load = 80;

  boolean wanted() {
    return swaps != null;
  }

  /**
   * Before anything is started.
   *
   * @throws CliException if an option is out of its range
   */
  void check(Integer clients) {
    if (wanted()
        && (swaps < 1
            || swaps > 10_000
            || load < 1
            || load > 100
            || many(clients) > 1024
            || between.size() < 2)) {
      throw new CliException(
          ExitCode.USAGE,
          "an option is out of its range",
          "--swaps 1..10000, --load 1..100, --clients 1..1024, --between at least two strategies");
    }
  }

  /** The same of a coordinator; the data of ZooKeeper lies in the folder meanwhile. */
  int run(CoordSwapMeasure measure, Path folder, Integer clients, double seconds, double warmup)
      throws IOException, InterruptedException {
    return measure.run(folder, swaps, clients == null ? COORD_CLIENTS : clients, seconds, warmup);
  }

  private static int many(Integer clients) {
    return clients == null ? CLIENTS : clients;
  }

  /** Runs it and prints the report; the exit code tells whether nothing failed. */
  int run(
      Root root, ClusterFile cluster, String group, Integer clients, double seconds, double warmup)
      throws InterruptedException {
    SwapBench.Plan plan =
        new SwapBench.Plan(
            cluster.nodes().stream().map(n -> "127.0.0.1:" + n.clientPort()).toList(),
            group,
            swaps,
            between,
            many(clients),
            load,
            seconds,
            warmup);
    SwapBench.Report report =
        SwapBench.run(
            plan,
            new NodeApi(cluster.nodes().get(0)),
            line -> root.terminal().progress(line),
            round -> root.terminal().progress(line(round)));
    root.terminal().progressDone();
    if (root.json()) {
      root.print(report);
    } else {
      print(root, report);
    }
    return report.failed() == 0 && report.wrong() == 0 ? ExitCode.OK : ExitCode.FINDINGS;
  }

  private static String line(SwapRounds.Round r) {
    return r.number()
        + ": "
        + r.from()
        + " to "
        + r.to()
        + ", pause "
        + r.pauseMs()
        + " ms, "
        + r.pausedAtMs()
        + " ms after the request (taken over after "
        + r.switchedMs()
        + ", at the seal "
        + r.sealPauseMs()
        + ", usual "
        + r.usualMs()
        + "), "
        + r.beforePerSecond()
        + " a second before, "
        + r.afterPerSecond()
        + " after, failed "
        + r.failed();
  }

  private static void print(Root root, SwapBench.Report r) {
    root.terminal()
        .table(
            List.of("WHAT", "P50", "P90", "P99", "MAX"),
            List.of(
                row("longest time without an acknowledgement, ms", r.pauseMs()),
                row("the same in the second before, ms", r.usualMs()),
                row("until the target had decided, ms", r.warmMs()),
                row("less throughput in the second after than before, %", r.lostPercent())));
    root.terminal()
        .out()
        .println(
            r.swaps()
                + " swaps under "
                + r.ratePerSecond()
                + " a second of "
                + r.clients()
                + " clients (peak "
                + r.peakPerSecond()
                + "); in the second after, "
                + r.throughputPercent()
                + " % of the second before, "
                + r.steady()
                + " of "
                + r.swaps()
                + " lost 5 % or less; failed "
                + r.failed()
                + (r.firstFailure() == null ? "" : " (" + r.firstFailure() + ")")
                + ", lost or done twice "
                + r.wrong());
    root.terminal().out().flush();
  }

  private static List<String> row(String what, Spread s) {
    return s == null
        ? List.of(what, "-", "-", "-", "-")
        : List.of(what, "" + s.p50(), "" + s.p90(), "" + s.p99(), "" + s.max());
  }
}
