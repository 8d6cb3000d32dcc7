package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.bench.Bench;
import org.quorate.cli.bench.IdleGroups;
import org.quorate.cli.bench.JoinLoss;
import org.quorate.cli.bench.KillGaps;
import org.quorate.cli.bench.coord.CoordBench;
import org.quorate.cli.bench.layers.Layers;
import org.quorate.cli.bench.peer.Peer;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.Reach;
import org.quorate.cli.cluster.TemporaryCluster;
import org.quorate.spi.consensus.ConsensusStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "bench",
    description = {
      "Measures writes of a cluster, also beside ZooKeeper and etcd.",
      "A closed loop of puts, one request and one reply each, next to the disk's own sync "
          + "rate and a local read over the same connections. Uses the running cluster of "
          + "--data, or starts one of three nodes in --dir and removes it afterwards. With "
          + "--peer it also starts three processes of ZooKeeper or etcd there and measures them "
          + "in the same rounds."
    },
    footer = {"", "Example: quorate bench --outstanding 1,64 --runs 5"})
final class BenchCommand implements Callable<Integer> {
  private static final int CLIENTS = 4;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      split = ",",
      description = "Writes under way at once (default: ${DEFAULT-VALUE}).",
      defaultValue = "1,16,64,256")
  private List<Integer> outstanding;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Runs; the median is reported (default: ${DEFAULT-VALUE}).")
  private int runs = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Length of each measurement (default: ${DEFAULT-VALUE}).")
  private double seconds = 5;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      description = "Seconds of load before the first one (default: ${DEFAULT-VALUE}).")
  private double warmup = 15;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Client connections that share the load (default: 4).")
  private Integer clients;

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      description = "Size of a value (default: ${DEFAULT-VALUE}).")
  private int valueBytes = 100;

  @Option(names = "--group", paramLabel = "NAME", description = "Group to write to.")
  private String group = "default";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where a cluster for the measurement may live (default: this folder).")
  private Path dir = Path.of(".");

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "Consensus of a cluster that it starts (default: raft).")
  private String strategy;

  @Option(
      names = "--idle-groups",
      paramLabel = "N",
      description = {
        "Instead: processor time and memory of nodes with so many groups in which nothing happens,",
        "in a cluster of its own, over --seconds."
      })
  private int idleGroups;

  @Option(
      names = "--kill",
      paramLabel = "WHOM",
      description = {
        "Instead: the longest time between two acknowledgements of a client of a node that stays,",
        "when the sequencer (of raft the leader) or another member is killed, --runs times,",
        "after --seconds of load, in a cluster of its own."
      })
  private KillGaps.Victim kill;

  @Option(
      names = "--join",
      paramLabel = "MIB",
      description = {
        "Instead: what the nodes that stay lose of their rate while a member that lost its disk",
        "gets so many MiB of state again, in a cluster of its own."
      })
  private int join;

  @Option(
      names = "--virtual-log",
      description = {
        "Instead: what the virtual log costs: a strategy and its driver on three journals of this",
        "process, bare and under a replica with an empty state machine, in turn."
      })
  private boolean virtualLog;

  @Option(
      names = "--peer",
      paramLabel = "NAME=DIR",
      description = "Measure zookeeper (a folder of its jars) or etcd (its program) beside it.")
  private Map<String, Path> peers = new LinkedHashMap<>();

  @Option(
      names = "--coord",
      description = {
        "Instead: writes, reads, notifications and a contended lock of the native coordinator and",
        "of one on three processes of ZooKeeper, which it starts, in turn."
      })
  private boolean coord;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      description = {
        "Instead: what so many sessions and ten times as many watches of coordinators cost the"
            + " nodes",
        "over --seconds, and when sessions end that nobody keeps alive, also when the leader is",
        "killed meanwhile; in a cluster of its own."
      })
  private int sessions;

  @Mixin private WorkloadOptions workload = new WorkloadOptions();

  @Mixin private SwapOptions swaps = new SwapOptions();

  private final Root root;

  BenchCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    check();
    if (virtualLog) {
      return layers();
    }
    if (root.elsewhere()) {
      return elsewhere(root.reach());
    }
    LocalCluster running = root.cluster();
    if (idleGroups == 0
        && kill == null
        && join == 0
        && sessions == 0
        && !coordSwaps()
        && running.exists()
        && running.file().nodes().stream().anyMatch(n -> running.process(n).isPresent())) {
      if (strategy != null) {
        throw new CliException(
            ExitCode.USAGE,
            "--strategy "
                + strategy
                + " is for a cluster that it starts, one runs in "
                + root.data(),
            "leave it out, or choose another --data");
      }
      return measure(running);
    }
    String consensus = strategy == null ? "raft" : strategy;
    Path folder = folder("quorate-bench-");
    try (TemporaryCluster own =
        TemporaryCluster.serving(folder, root.distribution(), "bench", 3, consensus)) {
      if (kill != null) {
        return kill(own.cluster());
      } else if (join > 0) {
        return join(own.cluster());
      } else if (sessions > 0) {
        return new CrowdMeasure(root, own.cluster(), group).run(sessions, clients(), seconds);
      } else if (coordSwaps()) {
        return swaps.run(
            new CoordSwapMeasure(root, own.cluster(), group),
            folder("quorate-bench-peer-"),
            clients,
            seconds,
            warmup);
      }
      return idleGroups > 0 ? idle(own.cluster(), consensus) : measure(own.cluster());
    }
  }

  private boolean coordSwaps() {
    return coord && swaps.wanted();
  }

  private void check() {
    swaps.check(clients);
    boolean loops = outstanding.stream().allMatch(n -> n >= 1 && n <= 4096);
    if (!loops
        || runs < 1
        || runs > 99
        || seconds <= 0
        || seconds > 600
        || clients() < 1
        || join < 0
        || sessions < 0
        || sessions > 100_000
        || idleGroups < 0
        || idleGroups > 10_000) {
      throw new CliException(
          ExitCode.USAGE,
          "an option is out of its range",
          "--outstanding 1..4096, --runs 1..99, --seconds up to 600, --clients from 1,"
              + " --idle-groups 0..10000, --sessions 0..100000, --join from 0");
    }
  }

  /** A new folder for what is measured, on the disk that was named. */
  private Path folder(String prefix) throws IOException {
    return Files.createTempDirectory(Files.createDirectories(root.terminal().resolve(dir)), prefix);
  }

  private int clients() {
    return clients == null ? CLIENTS : clients;
  }

  /** Workloads want nothing but the client ports. */
  private int elsewhere(Reach reach) throws InterruptedException {
    if (!workload.wanted()) {
      throw new CliException(
          ExitCode.USAGE,
          "bench looks at the disks of the nodes, which a cluster of --cluster keeps to itself",
          "measure such a cluster with --workload, or name a cluster of this machine with --data");
    }
    return workload.run(root, reach, group, clients(), seconds);
  }

  private int layers() throws IOException, InterruptedException {
    String name = strategy == null ? "raft" : strategy;
    ConsensusStrategy found =
        ServiceLoader.load(ConsensusStrategy.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.USAGE, "no strategy '" + name + "' here", "see 'quorate sim'"));
    Path folder = folder("quorate-bench-");
    try {
      Bench.checkDisk(folder);
      Layers.Plan plan =
          new Layers.Plan(folder, found, outstanding, runs, seconds, warmup, valueBytes);
      root.print(Layers.run(plan, row -> root.terminal().progress(row.toString())));
      return ExitCode.OK;
    } finally {
      TemporaryCluster.remove(folder);
    }
  }

  private int idle(LocalCluster cluster, String consensus) throws InterruptedException {
    root.print(
        IdleGroups.run(
            cluster,
            consensus,
            idleGroups,
            warmup,
            seconds,
            line -> root.terminal().progress(line)));
    return ExitCode.OK;
  }

  private int kill(LocalCluster cluster) throws InterruptedException {
    KillGaps.Plan plan = new KillGaps.Plan(kill, runs, clients(), warmup, seconds, valueBytes);
    root.print(KillGaps.run(cluster, plan, line -> root.terminal().progress(line)));
    return ExitCode.OK;
  }

  private int join(LocalCluster cluster) throws InterruptedException {
    JoinLoss.Plan plan =
        new JoinLoss.Plan(join, clients(), outstanding.get(0), warmup, seconds, valueBytes);
    root.print(JoinLoss.run(cluster, plan, line -> root.terminal().progress(line)));
    return ExitCode.OK;
  }

  /** With the peers that are wanted, whose data lies beside the cluster's. */
  private int measure(LocalCluster cluster) throws IOException, InterruptedException {
    if (swaps.wanted()) {
      return swaps.run(root, cluster.file(), group, clients, seconds, warmup);
    }
    if (workload.wanted()) {
      return workload.run(root, Reach.of(cluster.file()), group, clients(), seconds);
    }
    if (coord) {
      CoordBench.Plan plan = new CoordBench.Plan(outstanding, runs, seconds, warmup, valueBytes);
      Path data = folder("quorate-bench-peer-");
      return new CoordMeasure(root).run(cluster, group, data, Math.max(2, clients()), plan);
    }
    Path folder = folder("quorate-bench-peer-");
    List<Peer> started = new ArrayList<>();
    try {
      Bench.checkDisk(folder);
      for (Map.Entry<String, Path> peer : peers.entrySet()) {
        root.terminal().progress("starting " + peer.getKey());
        Path data = Files.createDirectories(folder.resolve(peer.getKey()));
        Path from = root.terminal().resolve(peer.getValue());
        started.add(Peer.start(peer.getKey(), from, data, clients(), valueBytes));
      }
      return measure(cluster, started);
    } finally {
      started.forEach(Peer::close);
      TemporaryCluster.remove(folder);
    }
  }

  private int measure(LocalCluster cluster, List<Peer> started) throws InterruptedException {
    List<String> addresses =
        cluster.file().nodes().stream().map(n -> "127.0.0.1:" + n.clientPort()).toList();
    Bench.Plan plan =
        new Bench.Plan(
            addresses,
            group,
            cluster.data(),
            outstanding,
            runs,
            seconds,
            warmup,
            clients(),
            valueBytes);
    root.terminal().progress("warming up for " + (long) warmup + " s");
    Bench.Report report =
        Bench.run(
            plan,
            started,
            row ->
                root.terminal()
                    .progress(
                        row.what()
                            + " at "
                            + row.outstanding()
                            + ": "
                            + row.perSecond()
                            + " a second, p50 "
                            + row.p50()
                            + " ms"));
    root.terminal().progressDone();
    if (root.json()) {
      root.print(report);
    } else {
      root.terminal()
          .out()
          .println(
              report.fileSystem()
                  + ", Java "
                  + report.java()
                  + ", "
                  + report.cores()
                  + " cores, values of "
                  + report.valueBytes()
                  + " bytes, median of "
                  + report.runs()
                  + " runs; times in ms");
      root.print(report.rows());
    }
    long failed = report.rows().stream().mapToLong(Bench.Row::failed).sum();
    return failed == 0 ? ExitCode.OK : ExitCode.FAILED;
  }
}
