package org.quorate.cli.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;

@Command(
    name = "down",
    description = "Stops all nodes of the cluster cleanly; the data stays.",
    footer = {"", "Example: quorate down"})
final class DownCommand implements Callable<Integer> {
  private final Root root;

  DownCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    root.print(Map.of("stopped", root.cluster().stopAll()));
    return ExitCode.OK;
  }
}
