package org.quorate.cli.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "stop",
    description = "Stops a node cleanly (SIGTERM): it hands over what it leads.",
    footer = {"", "Example: quorate node stop n2"})
final class NodeStopCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NODE", description = "Its name.")
  private String node;

  private final Root root;

  NodeStopCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!root.cluster().stop(node)) {
      throw new CliException(
          ExitCode.FAILED, "node " + node + " does not run", "quorate node start " + node);
    }
    root.print(Map.of("stopped", node));
    return ExitCode.OK;
  }
}
