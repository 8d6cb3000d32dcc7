package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Json;

/**
 * What is known of a cluster on this machine; the file {@code cluster.json} in its data directory.
 *
 * @param format of this file; a newer one is refused
 * @param javaOptions given to every node
 */
public record ClusterFile(
    int format, String name, List<NodeEntry> nodes, List<String> javaOptions) {
  /** The format this program writes. */
  public static final int FORMAT = 1;

  private static final String FILE = "cluster.json";

  /**
   * A node and its process.
   *
   * @param pid 0 if it was never started or was stopped
   * @param startedAtMs when the process began, milliseconds since 1970: a pid is used again
   */
  public record NodeEntry(
      String name,
      int peerPort,
      int clientPort,
      int httpPort,
      int bridgePort,
      long pid,
      long startedAtMs) {
    /** The same node in another process. */
    public NodeEntry running(long newPid, long newStartedAtMs) {
      return new NodeEntry(
          name, peerPort, clientPort, httpPort, bridgePort, newPid, newStartedAtMs);
    }
  }

  public ClusterFile {
    nodes = List.copyOf(nodes);
    javaOptions = List.copyOf(javaOptions);
  }

  /** Whether a directory has a cluster in it. */
  public static boolean exists(Path data) {
    return Files.exists(data.resolve(FILE));
  }

  /**
   * Reads the file of a data directory.
   *
   * @throws CliException if there is none or it cannot be used
   */
  public static ClusterFile read(Path data) {
    Path file = data.resolve(FILE);
    if (!Files.exists(file)) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no cluster in " + data,
          "start one with 'quorate up', or name its directory with --data");
    }
    try {
      JsonNode tree = Json.parse(Files.readString(file));
      int format = tree == null ? 0 : tree.path("format").asInt();
      if (format > FORMAT) {
        throw new CliException(
            ExitCode.FAILED,
            file + " is of format " + format + ", this program knows up to " + FORMAT,
            "use the newer program");
      }
      return Json.as(tree, ClusterFile.class);
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot read " + file + ": " + e.getMessage(),
          "restore it, or move " + data + " away and begin anew",
          e);
    }
  }

  /** Replaces the file of a data directory. */
  public void write(Path data) {
    Path file = data.resolve(FILE);
    Path part = data.resolve(FILE + ".part");
    try {
      Files.createDirectories(data);
      Files.writeString(part, Json.pretty(this));
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot write " + file + ": " + e.getMessage(),
          "check the directory and the space on its disk",
          e);
    }
  }

  /**
   * A node by name.
   *
   * @throws CliException if there is none
   */
  public NodeEntry node(String nodeName) {
    return find(nodeName)
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.USAGE,
                    "no node '" + nodeName + "' in this cluster",
                    "one of: " + String.join(", ", nodes.stream().map(NodeEntry::name).toList())));
  }

  /** A node by name, if there is one. */
  public Optional<NodeEntry> find(String nodeName) {
    return nodes.stream().filter(n -> n.name().equals(nodeName)).findFirst();
  }

  /** The same cluster with one node replaced. */
  public ClusterFile with(NodeEntry changed) {
    List<NodeEntry> all = new ArrayList<>();
    nodes.forEach(n -> all.add(n.name().equals(changed.name()) ? changed : n));
    return new ClusterFile(format, name, all, javaOptions);
  }
}
