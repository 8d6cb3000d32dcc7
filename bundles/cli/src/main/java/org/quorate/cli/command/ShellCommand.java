package org.quorate.cli.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.ShellClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "shell",
    description = {
      "Opens the Gogo shell of a running node; quorate:help lists its commands.",
      "Without a terminal it runs the lines of its standard input."
    },
    footer = {"", "Example: quorate shell n1 -c 'quorate:groups'"})
final class ShellCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NODE", arity = "0..1", description = "Its name (default: the first).")
  private String node;

  @Option(
      names = {"-c", "--command"},
      paramLabel = "COMMAND",
      description = "Run this and end.")
  private String command;

  private final Root root;

  ShellCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    LocalCluster cluster = root.cluster();
    ClusterFile file = cluster.file();
    ClusterFile.NodeEntry entry = node == null ? file.nodes().get(0) : file.node(node);
    try (ShellClient shell =
        new ShellClient(entry.name(), cluster.directory(entry).resolve("data"))) {
      if (command != null) {
        return run(shell, command) ? ExitCode.OK : ExitCode.FAILED;
      }
      if (root.terminal().interactive()) {
        new InteractiveShell(shell, entry.name(), root.terminal()).run();
        return ExitCode.OK;
      }
      return lines(shell);
    }
  }

  private int lines(ShellClient shell) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int exit = ExitCode.OK;
    String line;
    while ((line = in.readLine()) != null) {
      if (!line.isBlank() && !run(shell, line)) {
        exit = ExitCode.FAILED;
      }
    }
    return exit;
  }

  private boolean run(ShellClient shell, String line) {
    boolean done = shell.run(line, piece -> root.terminal().out().writeBytes(piece));
    root.terminal().out().flush();
    return done;
  }
}
