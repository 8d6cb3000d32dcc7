package org.quorate.cli.command;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "sim",
    description = {
      "Runs a consensus strategy in the simulator, with faults of every kind.",
      "Virtual time; faults of network, disk, clock and processes; invariants after every "
          + "step. A failing seed prints the command that replays it. The lines of a trace are "
          + "explained in docs/concepts/simulator.md."
    },
    footer = {
      "",
      "Examples: quorate sim --strategy raft --seeds 1..1000",
      "          quorate sim --strategy raft --seed 42 --trace",
      "          quorate sim --strategy mine --jar target/mine.jar --swap-to raft,certify"
    })
final class SimCommand implements Callable<Integer> {
  private static final String SERVICES =
      "META-INF/services/org.quorate.spi.consensus.ConsensusStrategy";

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "What to simulate (default: ${DEFAULT-VALUE}).")
  private String strategy = "raft";

  @Option(
      names = "--swap-to",
      paramLabel = "NAME",
      split = ",",
      description = "Other strategies that swaps go to while it runs.")
  private List<String> targets = List.of();

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      split = ",",
      description = {
        "Jars with strategies that are no part of this distribution; each names its strategies in",
        SERVICES + "."
      })
  private List<Path> jars = List.of();

  @Option(
      names = "--disk",
      paramLabel = "NAME",
      description = {
        "What keeps the logs: 'records', a model (default), or 'journal', the real one on",
        "simulated files, some times slower."
      })
  private String disk = Subject.RECORDS;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description = {
        "Clients of another kind: 'coordination', processes that take locks in sessions and watch;",
        "'failover', 'operations', nodes with a failover registry or with cluster operations",
        "(default: clients on keys, in transactions, with leases)."
      })
  private String workload;

  @Option(
      names = "--seeds",
      paramLabel = "A..B",
      description = "Seeds to run, both included (default: ${DEFAULT-VALUE}).")
  private String seeds = "1..1000";

  @Option(names = "--seed", paramLabel = "N", description = "One seed.")
  private Long seed;

  @Option(names = "--trace", description = "Print every event of the one seed.")
  private boolean trace;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Seeds at a time (default: one per core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--keep-going", description = "Do not stop at the first seed that fails.")
  private boolean keepGoing;

  private final Root root;
  private long progressMs = System.currentTimeMillis();
  private long done;
  private int failed;
  private ClassLoader plugins;

  SimCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    Subject subject = subject();
    long[] range = range();
    if (trace && range[0] != range[1]) {
      throw new CliException(ExitCode.USAGE, "--trace wants one seed", "name it with --seed N");
    }
    SimulationOptions options =
        SimulationOptions.DEFAULTS.withTrace(trace ? root.terminal().out() : null);
    SimulationReport report =
        new SimulationRunner(subject, options, !keepGoing)
            .run(
                range[0],
                range[1],
                range[0] == range[1] ? 1 : Math.max(1, threads),
                result -> ended(result, range));
    root.terminal().progressDone();
    print(report);
    return report.failures().isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
  }

  private Subject subject() {
    Subject plain = plain();
    return workload == null
        ? plain
        : plain
            .withWorkload(workload)
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.USAGE,
                        "no workload '" + workload + "'",
                        "choose one of " + String.join(", ", Subject.workloads())));
  }

  private Subject plain() {
    return Subject.of(find(strategy))
        .swappingTo(targets.stream().map(this::find).toArray(ConsensusStrategy[]::new))
        .withDisk(disk)
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.USAGE, "no log storage '" + disk + "'", "choose records or journal"));
  }

  private ConsensusStrategy find(String name) {
    Map<String, ConsensusStrategy> known = new TreeMap<>();
    try {
      ServiceLoader.load(ConsensusStrategy.class, plugins()).forEach(s -> known.put(s.name(), s));
    } catch (ServiceConfigurationError e) {
      throw new CliException(
          ExitCode.FAILED,
          "a strategy of " + jars + " cannot be made: " + e.getMessage(),
          "see that the jar has the class, with a public constructor without parameters",
          e);
    }
    if (!known.containsKey(name)) {
      throw new CliException(
          ExitCode.USAGE,
          "no strategy '" + name + "'",
          "choose one of " + String.join(", ", known.keySet()) + ", or add its jar with --jar");
    }
    return known.get(name);
  }

  /** The class path, and behind it the jars given; open until the program ends. */
  private ClassLoader plugins() {
    if (plugins == null) {
      plugins =
          new URLClassLoader(
              jars.stream().map(this::url).toArray(URL[]::new), SimCommand.class.getClassLoader());
    }
    return plugins;
  }

  private URL url(Path jar) {
    Path file = root.terminal().resolve(jar);
    if (!Files.isReadable(file)) {
      throw new CliException(ExitCode.USAGE, "no file " + file, "build it, or name another");
    }
    try (JarFile content = new JarFile(file.toFile())) {
      if (content.getEntry(SERVICES) == null) {
        throw new CliException(
            ExitCode.USAGE, file + " offers no strategy", "name its strategies in " + SERVICES);
      }
      return file.toUri().toURL();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, file + " is no jar: " + e.getMessage(), "name another", e);
    }
  }

  /** The command that runs a seed again, with the jars that it takes. */
  private String replay(SimulationResult result) {
    StringBuilder command = new StringBuilder(result.replay());
    if (!jars.isEmpty()) {
      command.append(" --jar ");
      command.append(String.join(",", jars.stream().map(Path::toString).toList()));
    }
    return command.toString();
  }

  private long[] range() {
    if (seed != null) {
      return new long[] {seed, seed};
    }
    String[] bounds = seeds.split("\\.\\.", -1);
    try {
      long first = Long.parseLong(bounds[0].trim());
      long last = Long.parseLong(bounds[bounds.length - 1].trim());
      if (bounds.length <= 2 && first <= last) {
        return new long[] {first, last};
      }
    } catch (NumberFormatException e) {
      throw wrongRange(e);
    }
    throw wrongRange(null);
  }

  private CliException wrongRange(Throwable cause) {
    return new CliException(
        ExitCode.USAGE, "--seeds " + seeds + " is no range", "write it as 1..1000", cause);
  }

  private void ended(SimulationResult result, long[] range) {
    done++;
    if (!result.passed()) {
      failed++;
      root.terminal().err().println(result);
      root.terminal().err().println("replay: " + replay(result));
    }
    long now = System.currentTimeMillis();
    if (now - progressMs > 2_000 && range[0] != range[1]) {
      progressMs = now;
      root.terminal()
          .progress(done + " of " + (range[1] - range[0] + 1) + " seeds, " + failed + " failed");
    }
  }

  private void print(SimulationReport report) {
    if (!root.json()) {
      root.terminal().out().print(report);
      root.terminal().out().flush();
      return;
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("strategy", report.strategy());
    answer.put("seeds", report.seeds());
    answer.put(
        "failures",
        report.failures().stream()
            .map(
                f ->
                    Map.of(
                        "seed", f.seed(),
                        "invariant", f.invariant(),
                        "failure", f.failure(),
                        "replay", replay(f)))
            .toList());
    answer.put("operationsPerSeed", report.operationsPerSeed());
    answer.put("indeterminateShare", report.indeterminateShare());
    answer.put("seedsPerMinute", report.seedsPerMinute());
    Map<String, Double> shares = new LinkedHashMap<>();
    for (Mark mark : Mark.values()) {
      shares.put(mark.name().toLowerCase(Locale.ROOT), report.share(mark));
    }
    answer.put("shares", shares);
    root.print(answer);
  }
}
