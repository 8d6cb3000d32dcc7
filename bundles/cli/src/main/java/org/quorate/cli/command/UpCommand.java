package org.quorate.cli.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.Reach;
import org.quorate.runtime.api.GroupSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    description = {
      "Starts a cluster of processes on this machine and waits until it serves.",
      "A directory that has a cluster in it is started as it is. Ctrl-C stops the nodes."
    },
    footer = {"", "Example: quorate up --nodes 3 --detach"})
final class UpCommand implements Callable<Integer> {
  @Option(names = "--nodes", paramLabel = "N", description = "Nodes of a new cluster (default: 3).")
  private Integer nodes;

  @Option(names = "--detach", description = "Leave the nodes running in the background.")
  private boolean detach;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "First of the ports, four for each node (default: any that are free).")
  private Integer port;

  @Option(names = "--name", paramLabel = "NAME", description = "Name of a new cluster.")
  private String name;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "Consensus of the first group: raft, certify (default: raft).")
  private String strategy;

  @Option(
      names = "--storage",
      paramLabel = "NAME",
      description = "Where its state is kept: mapdb, memory (default: mapdb).")
  private String storage;

  @Option(
      names = "--log",
      paramLabel = "NAME",
      description = "Where its log is kept: journal, memory (default: journal).")
  private String log;

  @Option(
      names = "--java-option",
      paramLabel = "OPTION",
      description = "For the JVM of every node, such as -Xmx2g; may be repeated.")
  private List<String> javaOptions = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "Seconds to wait until it serves (default: ${DEFAULT-VALUE}).")
  private int timeout = 60;

  private final Root root;
  private final List<String> startedHere = new ArrayList<>();

  UpCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = root.cluster();
    prepare(cluster);
    AtomicBoolean failed = new AtomicBoolean();
    if (!detach) {
      Thread stopper = new Thread(() -> stopUnless(failed, cluster), "stop-nodes");
      Runtime.getRuntime().addShutdownHook(stopper);
    }
    try {
      start(cluster);
    } catch (CliException e) {
      // A start that failed leaves running what was running before, and nothing else.
      failed.set(true);
      startedHere.forEach(name -> stop(cluster, name));
      throw e;
    }
    root.print(StatusTable.of(cluster, Reach.of(cluster.file())));
    Terminal terminal = root.terminal();
    if (!root.json()) {
      String data =
          root.terminal().directory().resolve("data").equals(cluster.data())
              ? ""
              : " --data " + cluster.data();
      terminal.out().println();
      terminal.out().println("next:  quorate kv put colour green" + data);
      terminal.out().println("       quorate status" + data);
      terminal.out().println("       quorate shell n1" + data);
      terminal.out().println(detach ? "       quorate down" + data : "Ctrl-C stops the nodes.");
      terminal.out().flush();
    }
    if (!detach) {
      watch(cluster);
    }
    return ExitCode.OK;
  }

  private void prepare(LocalCluster cluster) {
    if (cluster.exists()) {
      unchanged(cluster);
      return;
    }
    int count = or(nodes, 3);
    if (count < 1 || count > 9) {
      throw new CliException(
          ExitCode.USAGE, "--nodes " + count + " is not within 1..9", "3 or 5 is usual");
    }
    known("strategy", strategy);
    known("storage", storage);
    known("log", log);
    cluster.create(
        new LocalCluster.Plan(
            or(name, "local"),
            count,
            or(port, 0),
            or(strategy, "raft"),
            or(storage, "mapdb"),
            or(log, "journal"),
            javaOptions));
  }

  /** Nodes would wait for a bundle that nobody installs. */
  private void known(String kind, String given) {
    if (given == null) {
      return;
    }
    Set<String> there = root.distribution().plugins(kind);
    if (!there.contains(given)) {
      throw new CliException(
          ExitCode.USAGE,
          "no bundle of the distribution provides " + kind + " '" + given + "'",
          "choose one of " + String.join(", ", there));
    }
  }

  private static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  /** A cluster stays as it was made: who wants another one is told, not ignored. */
  private void unchanged(LocalCluster cluster) {
    ClusterFile file = cluster.file();
    same(cluster, "--nodes", nodes, file.nodes().size());
    same(cluster, "--name", name, file.name());
    same(cluster, "--port", port, file.nodes().get(0).peerPort());
    same(cluster, "--java-option", javaOptions.isEmpty() ? null : javaOptions, file.javaOptions());
    if (strategy != null || storage != null || log != null) {
      GroupSpec first = cluster.firstGroup();
      same(cluster, "--strategy", strategy, first.strategy());
      same(cluster, "--storage", storage, first.storage());
      same(cluster, "--log", log, first.log());
    }
  }

  private static void same(LocalCluster cluster, String option, Object given, Object is) {
    if (given != null && !given.equals(is)) {
      throw new CliException(
          ExitCode.USAGE,
          cluster.data() + " has a cluster that was made with " + option + " " + is,
          "leave " + option + " out, or choose another --data");
    }
  }

  /** Starts what does not run, then waits for all of it. */
  private void start(LocalCluster cluster) throws InterruptedException {
    Duration patience = Duration.ofSeconds(timeout);
    LocalCluster.Waiting waiting =
        (what, seconds) -> {
          if (root.terminal().interactive()) {
            root.terminal().progress(String.format("waiting for %s … %.1f s", what, seconds));
          }
        };
    List<ClusterFile.NodeEntry> started = new ArrayList<>();
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      boolean runs = cluster.process(node).isPresent();
      started.add(runs ? node : cluster.start(node.name()));
      if (!runs) {
        startedHere.add(node.name());
      }
    }
    for (ClusterFile.NodeEntry node : started) {
      cluster.awaitAnswer(node, patience, waiting);
    }
    cluster.bootstrap(patience, waiting);
    cluster.awaitServing("default", patience, waiting);
    root.terminal().progressDone();
  }

  /** Stays until the process is told to end; says when a node ends by itself. */
  private void watch(LocalCluster cluster) throws InterruptedException {
    List<String> down = new ArrayList<>();
    CountDownLatch never = new CountDownLatch(1);
    while (!never.await(1, TimeUnit.SECONDS)) {
      for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
        boolean runs = cluster.process(node).isPresent();
        if (!runs && !down.contains(node.name())) {
          down.add(node.name());
          root.terminal()
              .err()
              .println(
                  "node "
                      + node.name()
                      + " has ended; quorate node start "
                      + node.name()
                      + " starts it again; its output: "
                      + cluster.log(node));
        } else if (runs && down.remove(node.name())) {
          root.terminal().err().println("node " + node.name() + " runs again");
        }
      }
    }
  }

  private static void stop(LocalCluster cluster, String name) {
    try {
      cluster.stop(name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopUnless(AtomicBoolean failed, LocalCluster cluster) {
    if (failed.get()) {
      return;
    }
    try {
      int stopped = cluster.stopAll();
      root.terminal().err().println("stopped " + stopped + " nodes");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
