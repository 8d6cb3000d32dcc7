package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.config.ConfigException;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeParameters;

/** A cluster of processes on this machine, in one data directory. */
public final class LocalCluster {
  /** A clean stop takes hand-over and checkpoints; after this the process is killed. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Path data;
  private final Supplier<Distribution> distribution;

  public LocalCluster(Path data, Distribution distribution) {
    this(data, () -> distribution);
  }

  /** A cluster whose distribution is looked for when a node is started. */
  public LocalCluster(Path data, Supplier<Distribution> distribution) {
    this.data = data;
    this.distribution = distribution;
  }

  /**
   * What a new cluster is like.
   *
   * @param basePort first port, 0 for any
   * @param storage where the state is kept
   * @param log where the log is kept
   */
  public record Plan(
      String name,
      int nodes,
      int basePort,
      String strategy,
      String storage,
      String log,
      List<String> javaOptions) {}

  public Path data() {
    return data;
  }

  /** The cluster as it stands in its file. */
  public ClusterFile file() {
    return ClusterFile.read(data);
  }

  /** Whether it was made before. */
  public boolean exists() {
    return ClusterFile.exists(data);
  }

  /** Writes the files of a new cluster; starts nothing. */
  public ClusterFile create(Plan plan) {
    List<Integer> ports = Ports.choose(plan.basePort(), plan.nodes() * Ports.PER_NODE);
    List<ClusterFile.NodeEntry> nodes = new ArrayList<>();
    for (int i = 0; i < plan.nodes(); i++) {
      int at = i * Ports.PER_NODE;
      nodes.add(
          new ClusterFile.NodeEntry(
              "n" + (i + 1),
              ports.get(at),
              ports.get(at + 1),
              ports.get(at + 2),
              ports.get(at + 3),
              0,
              0));
    }
    ClusterFile cluster =
        new ClusterFile(ClusterFile.FORMAT, plan.name(), nodes, plan.javaOptions());
    NodeFile.Layout layout = new NodeFile.Layout(plan.strategy(), plan.storage(), plan.log());
    for (ClusterFile.NodeEntry node : nodes) {
      try {
        Files.createDirectories(directory(node));
        Files.writeString(config(node), NodeFile.yaml(cluster, node, List.of("default"), layout));
      } catch (IOException e) {
        throw new CliException(
            ExitCode.FAILED,
            "cannot write " + config(node) + ": " + e.getMessage(),
            "choose another --data",
            e);
      }
    }
    cluster.write(data);
    return cluster;
  }

  /** Where a node keeps everything. */
  public Path directory(ClusterFile.NodeEntry node) {
    return data.resolve(node.name());
  }

  /** The node's configuration. */
  public Path config(ClusterFile.NodeEntry node) {
    return directory(node).resolve("node.yaml");
  }

  /**
   * The first group as the configuration says that it is made.
   *
   * @throws CliException if the configuration is refused or names none
   */
  public GroupSpec firstGroup() {
    Path config = config(file().nodes().get(0));
    try {
      return ConfigReader.read(config, NodeParameters.all()).groups().stream()
          .findFirst()
          .orElseThrow(() -> new ConfigException(config + ": it names no group"));
    } catch (ConfigException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), "correct the file", e);
    }
  }

  /** What the node printed. */
  public Path log(ClusterFile.NodeEntry node) {
    return directory(node).resolve("node.log");
  }

  /** The process of a node, if it runs. */
  public Optional<ProcessHandle> process(ClusterFile.NodeEntry node) {
    return NodeProcess.find(node);
  }

  /**
   * Starts a node that does not run; does not wait for it.
   *
   * @return the node with its process
   */
  public ClusterFile.NodeEntry start(String name) {
    // Two commands at once must not overwrite each other's pids.
    try (FileChannel channel =
            FileChannel.open(
                data.resolve("cluster.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      return startLocked(name, held);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED, "cannot lock " + data + ": " + e.getMessage(), "check the directory", e);
    }
  }

  private ClusterFile.NodeEntry startLocked(String name, FileLock held) {
    if (!held.isValid()) {
      throw new IllegalStateException("the lock of " + data + " is not held");
    }
    ClusterFile cluster = file();
    ClusterFile.NodeEntry node = cluster.node(name);
    if (NodeProcess.find(node).isPresent()) {
      throw new CliException(
          ExitCode.FAILED,
          "node " + name + " runs already, process " + node.pid(),
          "see 'quorate status'");
    }
    portsFree(node);
    Path directory = directory(node).toAbsolutePath();
    ProcessHandle process =
        NodeProcess.start(
            distribution
                .get()
                .nodeCommand(
                    config(node).toAbsolutePath(),
                    directory.resolve("data"),
                    cluster.javaOptions()),
            directory,
            log(node));
    ClusterFile.NodeEntry running = node.running(process.pid(), NodeProcess.startedAtMs(process));
    cluster.with(running).write(data);
    return running;
  }

  private static void portsFree(ClusterFile.NodeEntry node) {
    for (int port :
        List.of(node.peerPort(), node.clientPort(), node.httpPort(), node.bridgePort())) {
      if (!Ports.isFree(port)) {
        throw new CliException(
            ExitCode.FAILED,
            "node " + node.name() + ": " + Ports.taken(port),
            "stop that process, or change the port in the node's node.yaml");
      }
    }
  }

  /**
   * Stops a node cleanly, or kills it if it does not end.
   *
   * @return false if it did not run
   */
  public boolean stop(String name) throws InterruptedException {
    return stop(List.of(file().node(name))) > 0;
  }

  /** Stops every node that runs, all at the same time; the number of them. */
  public int stopAll() throws InterruptedException {
    return stop(file().nodes());
  }

  private static int stop(List<ClusterFile.NodeEntry> nodes) throws InterruptedException {
    List<ProcessHandle> running =
        nodes.stream().flatMap(n -> NodeProcess.find(n).stream()).toList();
    running.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
    for (ProcessHandle process : running) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (!NodeProcess.ended(process, left)) {
        process.destroyForcibly();
        NodeProcess.ended(process, STOP_PATIENCE);
      }
    }
    return running.size();
  }

  /**
   * Kills a node's process without warning (SIGKILL) and waits for its end.
   *
   * @return the pid
   */
  public long kill(String name) throws InterruptedException {
    ClusterFile.NodeEntry node = file().node(name);
    ProcessHandle process =
        NodeProcess.find(node)
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.FAILED,
                        "node " + name + " does not run",
                        "start it with 'quorate node start " + name + "'"));
    process.destroyForcibly();
    NodeProcess.ended(process, STOP_PATIENCE);
    return process.pid();
  }

  /** Told what start-up waits for. */
  public interface Waiting {
    /** Called several times a second. */
    void on(String what, double seconds);
  }

  /**
   * Waits until a node answers.
   *
   * @throws CliException if its process ends or time is up, with the last lines it printed
   */
  public void awaitAnswer(ClusterFile.NodeEntry node, Duration patience, Waiting waiting)
      throws InterruptedException {
    await(
        "node " + node.name(),
        patience,
        waiting,
        List.of(node),
        () -> {
          new NodeApi(node).call("node.status", Map.of(), CALL);
          return true;
        });
  }

  /** Makes the groups of the configuration; repeating it changes nothing. */
  public void bootstrap(Duration patience, Waiting waiting) throws InterruptedException {
    ClusterFile cluster = file();
    await(
        "the bootstrap",
        patience,
        waiting,
        cluster.nodes(),
        () -> {
          new NodeApi(cluster.nodes().get(0)).call("node.bootstrap", Map.of(), patience);
          return true;
        });
  }

  /** Waits until a group has a leader that every running node knows. */
  public void awaitServing(String group, Duration patience, Waiting waiting)
      throws InterruptedException {
    ClusterFile cluster = file();
    List<ClusterFile.NodeEntry> running =
        cluster.nodes().stream().filter(n -> NodeProcess.find(n).isPresent()).toList();
    await(
        "group " + group,
        patience,
        waiting,
        running,
        () -> {
          for (ClusterFile.NodeEntry node : running) {
            JsonNode status = new NodeApi(node).call("group.show", Map.of("group", group), CALL);
            if (!status.path("state").asText().equals("RUNNING")
                || status.path("leader").asText().isEmpty()) {
              return false;
            }
          }
          return true;
        });
  }

  /** Waits until all nodes have the same version of a group; nobody may write meanwhile. */
  public void awaitEqual(String group, Duration patience, Waiting waiting)
      throws InterruptedException {
    List<ClusterFile.NodeEntry> nodes = file().nodes();
    await(
        "an equal state of group " + group,
        patience,
        waiting,
        nodes,
        () -> {
          Set<Long> versions = new HashSet<>();
          for (ClusterFile.NodeEntry node : nodes) {
            JsonNode status = new NodeApi(node).call("group.show", Map.of("group", group), CALL);
            versions.add(status.path("version").asLong());
          }
          return versions.size() == 1;
        });
  }

  /** Something that may not be so yet. */
  private interface Condition {
    boolean holds() throws InterruptedException;
  }

  private void await(
      String what,
      Duration patience,
      Waiting waiting,
      List<ClusterFile.NodeEntry> nodes,
      Condition condition)
      throws InterruptedException {
    long start = System.nanoTime();
    CliException last = null;
    while (System.nanoTime() - start < patience.toNanos()) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (CliException e) {
        last = e;
      }
      waiting.on(what, (System.nanoTime() - start) / 1e9);
      ClusterFile.NodeEntry gone = NodeProcess.anyEnded(nodes, POLL);
      if (gone != null) {
        throw new CliException(
            ExitCode.FAILED,
            "node " + gone.name() + " ended while it was starting:\n" + tail(log(gone)),
            "see " + log(gone));
      }
    }
    throw new CliException(
        ExitCode.UNREACHABLE,
        what
            + " is not ready after "
            + patience.toSeconds()
            + " s"
            + (last == null ? "" : ": " + last.getMessage())
            + (nodes.size() == 1 ? "; its last words:\n" + tail(log(nodes.get(0))) : ""),
        "run 'quorate doctor --data " + data + "'; the nodes' output is in " + data + "/*/node.log",
        last);
  }

  /** The last lines of a file. */
  static String tail(Path file) {
    try {
      List<String> lines = Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "(no output)";
    }
  }
}
