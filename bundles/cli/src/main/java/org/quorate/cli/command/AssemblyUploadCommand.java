package org.quorate.cli.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "upload",
    description = {
      "Sends a jar to a node, to be deployed later by its SHA-256, which is printed.",
      "Plan and deploy send what they are given by themselves."
    },
    footer = {"", "Example: quorate assembly upload consensus-raft-0.1.1.jar"})
final class AssemblyUploadCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The jar, or a feature.json beside its jars.")
  private String file;

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "Send it to this node (default: the first that answers).")
  private String node;

  private final Root root;

  AssemblyUploadCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    root.print(Map.of("sha256", new Uploads(root, node).send(file)));
    return ExitCode.OK;
  }
}
