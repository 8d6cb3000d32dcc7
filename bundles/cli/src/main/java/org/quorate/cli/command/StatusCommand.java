package org.quorate.cli.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;

@Command(
    name = "status",
    description = {
      "Shows every node with its groups: role, term, what is applied, state hash, lag.",
      "Equal versions must show equal state hashes."
    },
    footer = {"", "Example: quorate status --json"})
final class StatusCommand implements Callable<Integer> {
  private final Root root;

  StatusCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<StatusTable.Line> lines =
        root.elsewhere()
            ? StatusTable.of(root.reach())
            : StatusTable.of(root.cluster(), root.reach());
    root.print(lines);
    boolean answered = lines.stream().anyMatch(l -> l.version() != null);
    return answered ? ExitCode.OK : ExitCode.UNREACHABLE;
  }
}
