package org.quorate.cli.command;

import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;

@Command(
    name = "completion",
    description = "Prints a completion script for bash and zsh.",
    footer = {"", "Example: source <(./quorate completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final Root root;

  CompletionCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    root.terminal().out().println(root.completionScript());
    return ExitCode.OK;
  }
}
