package org.quorate.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;

/** What the process of a node takes of the machine. */
public final class NodeProcess {
  private NodeProcess() {}

  /** What it has used of processors so far, user and system. */
  public static Duration processorTime(LocalCluster cluster, ClusterFile.NodeEntry node) {
    return process(cluster, node).info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Its memory in MiB, shared pages included; 0 where the system does not tell. */
  public static long residentMib(LocalCluster cluster, ClusterFile.NodeEntry node) {
    Path status = Path.of("/proc", Long.toString(process(cluster, node).pid()), "status");
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProcessHandle process(LocalCluster cluster, ClusterFile.NodeEntry node) {
    return cluster
        .process(node)
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.FAILED,
                    "node " + node.name() + " has ended",
                    "see " + cluster.log(node)));
  }
}
