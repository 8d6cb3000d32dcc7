package org.quorate.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.LocalCluster;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description = "Says what is wrong with the machine and the cluster, and what to do about it.",
    footer = {"", "Exit code 5 if anything was found.", "Example: quorate doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  private final Root root;

  DoctorCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = root.cluster();
    List<Finding> findings = new ArrayList<>(MachineChecks.all(root));
    if (!cluster.exists()) {
      findings.add(Finding.ok("cluster", "none in " + root.data() + "; 'quorate up' makes one"));
    } else {
      try {
        findings.addAll(ClusterChecks.all(cluster));
      } catch (CliException e) {
        findings.add(Finding.error("cluster", e.getMessage(), e.next()));
      }
    }
    root.print(findings);
    return findings.stream().anyMatch(Finding::bad) ? ExitCode.FINDINGS : ExitCode.OK;
  }
}
