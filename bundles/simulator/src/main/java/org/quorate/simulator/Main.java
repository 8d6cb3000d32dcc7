package org.quorate.simulator;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.quorate.spi.consensus.ConsensusStrategy;

/**
 * The simulator as a program: {@code --strategy NAME [--swap-to NAME,…]
 * [--disk records|NAME] [--workload NAME] [--seeds A..B | --seed N]
 * [--trace] [--threads T]}. Exit code 0 when every seed passed, 1 when one failed, 2 for bad arguments.
 */
public final class Main {
  private String strategy = "raft";
  private List<String> targets = List.of();
  private String disk = Subject.RECORDS;
  private String workload;
  private long first = 1;
  private long last = 1_000;
  private int threads = Runtime.getRuntime().availableProcessors();
  private boolean trace;
  private boolean keepGoing;

  private Main() {}

  /** Finds strategies on the class path by {@link ServiceLoader}. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    Main main = new Main();
    String wrong = main.parse(args);
    if (wrong != null) {
      err.println(wrong);
      err.println(
          "usage: --strategy NAME [--swap-to NAME,...] [--disk records|NAME] [--workload NAME]"
              + " [--seeds A..B | --seed N] [--trace]"
              + " [--threads T] [--keep-going]");
      return 2;
    }
    Map<String, ConsensusStrategy> known = new TreeMap<>();
    ServiceLoader.load(ConsensusStrategy.class, Main.class.getClassLoader())
        .forEach(s -> known.put(s.name(), s));
    for (String name : main.names()) {
      if (!known.containsKey(name)) {
        err.println("no strategy " + name + " on the class path");
        return 2;
      }
    }
    ConsensusStrategy[] others =
        main.targets.stream().map(known::get).toArray(ConsensusStrategy[]::new);
    Optional<Subject> subject =
        Subject.of(known.get(main.strategy)).swappingTo(others).withDisk(main.disk);
    if (subject.isEmpty()) {
      err.println("no log storage " + main.disk + " on the class path");
      return 2;
    }
    if (main.workload != null) {
      subject = subject.get().withWorkload(main.workload);
    }
    if (subject.isEmpty()) {
      err.println("no workload " + main.workload + ", but " + Subject.workloads());
      return 2;
    }
    return main.run(subject.get(), out);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(targets);
    names.add(strategy);
    return names;
  }

  private int run(Subject subject, PrintStream out) {
    SimulationOptions options =
        SimulationOptions.DEFAULTS.withTrace(trace && first == last ? out : null);
    SimulationReport report =
        new SimulationRunner(subject, options, !keepGoing)
            .run(first, last, first == last ? 1 : threads, result -> failed(result, out));
    out.print(report);
    return report.failures().isEmpty() ? 0 : 1;
  }

  private static void failed(SimulationResult result, PrintStream out) {
    if (!result.passed()) {
      out.println(result);
      out.println("replay: " + result.replay());
    }
  }

  private String parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      boolean flag = args[i].equals("--trace") || args[i].equals("--keep-going");
      if (!flag && i + 1 == args.length) {
        return "no value for " + args[i];
      }
      try {
        switch (args[i]) {
          case "--trace" -> trace = true;
          case "--keep-going" -> keepGoing = true;
          case "--strategy" -> strategy = args[++i];
          case "--swap-to" -> targets = List.of(args[++i].split(","));
          case "--disk" -> disk = args[++i];
          case "--workload" -> workload = args[++i];
          case "--threads" -> threads = Math.max(1, Integer.parseInt(args[++i]));
          case "--seed" -> {
            first = Long.parseLong(args[++i]);
            last = first;
          }
          case "--seeds" -> {
            String[] bounds = args[++i].split("\\.\\.", 2);
            first = Long.parseLong(bounds[0]);
            last = Long.parseLong(bounds[bounds.length - 1]);
          }
          default -> {
            return "unknown option " + args[i];
          }
        }
      } catch (NumberFormatException e) {
        return args[i] + " is no number or range A..B";
      }
    }
    return last < first ? "an empty range of seeds" : null;
  }
}
