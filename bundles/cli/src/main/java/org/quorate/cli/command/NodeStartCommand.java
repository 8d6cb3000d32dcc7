package org.quorate.cli.command;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "start",
    description = "Starts a node's process and waits until it answers.",
    footer = {"", "Example: quorate node start n2"})
final class NodeStartCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NODE", description = "Its name.")
  private String node;

  private final Root root;

  NodeStartCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = root.cluster();
    ClusterFile.NodeEntry started = cluster.start(node);
    cluster.awaitAnswer(started, Duration.ofSeconds(60), (what, seconds) -> {});
    root.print(Map.of("started", node, "pid", started.pid()));
    return ExitCode.OK;
  }
}
