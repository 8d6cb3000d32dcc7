package org.quorate.cli.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.LocalCluster;
import picocli.CommandLine.Command;

@Command(
    name = "list",
    description = "Lists the nodes: process, addresses, directory.",
    footer = {"", "Example: quorate node list"})
final class NodeListCommand implements Callable<Integer> {
  private final Root root;

  NodeListCommand(Root root) {
    this.root = root;
  }

  /**
   * A node on this machine.
   *
   * @param state RUNNING or DOWN, of its process
   */
  record Line(
      String node,
      String state,
      Long pid,
      String peer,
      String client,
      String http,
      String bridge,
      String directory) {}

  @Override
  public Integer call() {
    LocalCluster cluster = root.cluster();
    List<Line> lines =
        cluster.file().nodes().stream()
            .map(
                n -> {
                  Long pid = cluster.process(n).map(ProcessHandle::pid).orElse(null);
                  return new Line(
                      n.name(),
                      pid == null ? "DOWN" : "RUNNING",
                      pid,
                      "127.0.0.1:" + n.peerPort(),
                      "127.0.0.1:" + n.clientPort(),
                      "127.0.0.1:" + n.httpPort(),
                      "127.0.0.1:" + n.bridgePort(),
                      cluster.directory(n).toString());
                })
            .toList();
    root.print(lines);
    return ExitCode.OK;
  }
}
