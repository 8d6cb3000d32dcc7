package org.quorate.cli.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "kill",
    description = {
      "Kills a node's process without warning (SIGKILL), to see what the others do.",
      "Only a process that this cluster started is killed."
    },
    footer = {"", "Example: quorate node kill n1"})
final class NodeKillCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NODE", description = "Its name.")
  private String node;

  private final Root root;

  NodeKillCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    root.print(Map.of("killed", node, "pid", root.cluster().kill(node)));
    return ExitCode.OK;
  }
}
