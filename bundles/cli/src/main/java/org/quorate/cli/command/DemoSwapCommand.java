package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.TemporaryCluster;
import org.quorate.cli.swap.SwapChart;
import org.quorate.cli.swap.SwapDemo;
import org.quorate.management.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "swap",
    description = {
      "Proves that a group goes on with another strategy under load and no client sees an error.",
      "Starts three nodes in a temporary folder and clients that each add to a counter of their "
          + "own, swaps the strategy to and fro under a share of their peak load, shows "
          + "throughput, strategy, pause and errors ten times a second, and compares what every "
          + "node holds with what was acknowledged."
    },
    footer = {
      "",
      "Exit code 0 only if no addition failed, none was lost, none was done twice.",
      "Example: quorate demo swap --swaps 4"
    })
final class DemoSwapCommand implements Callable<Integer> {
  @Option(
      names = "--swaps",
      paramLabel = "N",
      description = "So many swaps (default: ${DEFAULT-VALUE}).")
  private int swaps = 6;

  @Option(
      names = "--between",
      paramLabel = "NAME",
      split = ",",
      description = "Strategies that it goes through in turn (default: ${DEFAULT-VALUE}).",
      defaultValue = "raft,certify")
  private List<String> between;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Clients that count (default: ${DEFAULT-VALUE}).")
  private int clients = 64;

  @Option(
      names = "--load",
      paramLabel = "PERCENT",
      description = "Share of their peak (default: ${DEFAULT-VALUE}).")
  private int load = 80;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      description = "Seconds of load before the peak is measured (default: ${DEFAULT-VALUE}).")
  private double warmup = 8;

  @Option(names = "--keep", description = "Leave the folder and the running cluster.")
  private boolean keep;

  private final Root root;

  DemoSwapCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (swaps < 1
        || swaps > 1_000
        || clients < 1
        || clients > 1_024
        || load < 1
        || load > 100
        || warmup < 1
        || warmup > 600
        || between.size() < 2) {
      throw new CliException(
          ExitCode.USAGE,
          "an option is out of its range",
          "--swaps 1..1000, --clients 1..1024, --load 1..100, --warmup 1..600,"
              + " --between at least two strategies");
    }
    Path folder = Files.createTempDirectory("quorate-demo-");
    SwapChart chart = new SwapChart(root.terminal());
    chart.say("three nodes in " + folder);
    try (TemporaryCluster cluster =
        TemporaryCluster.serving(folder, root.distribution(), "demo", 3, between.get(0))) {
      if (keep) {
        cluster.keep();
      }
      SwapDemo.Report report =
          new SwapDemo(cluster.cluster(), chart)
              .run(new SwapDemo.Plan(swaps, between, clients, load, warmup));
      print(report);
      return report.passed() ? ExitCode.OK : ExitCode.FINDINGS;
    } finally {
      if (keep) {
        chart.say("the cluster goes on: quorate status --data " + folder);
      }
    }
  }

  private void print(SwapDemo.Report r) {
    Terminal terminal = root.terminal();
    if (root.json()) {
      terminal.out().println(Json.pretty(r));
      return;
    }
    terminal.print(r.nodes(), false);
    terminal.out().println();
    terminal
        .out()
        .println(
            "longest time without an acknowledgement, over "
                + r.swaps()
                + " swaps: p50 "
                + r.pauseMs().p50()
                + " ms, max "
                + r.pauseMs().max()
                + " ms; without a swap p50 "
                + r.usualMs().p50()
                + " ms, max "
                + r.usualMs().max()
                + " ms");
    terminal.out().println("additions acknowledged:   " + r.acknowledged());
    terminal
        .out()
        .println(
            "failed:                   "
                + r.failed()
                + (r.firstFailure() == null ? "" : " (" + r.firstFailure() + ")"));
    terminal.out().println("acknowledged but missing: " + r.lost());
    terminal.out().println("done twice:               " + r.doubled());
    terminal.out().println("state hashes equal:       " + (r.equalHashes() ? "yes" : "NO"));
    terminal.out().println(r.passed() ? "passed" : "FAILED");
    terminal.out().flush();
  }
}
