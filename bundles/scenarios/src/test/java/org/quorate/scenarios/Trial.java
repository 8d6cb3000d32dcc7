package org.quorate.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.quorate.simulator.Simulation;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.simulator.client.WorkloadKind;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Runs seeds of a workload. */
public final class Trial {
  private Trial() {}

  /** A workload on a strategy by its name. */
  public static Subject of(String strategy, WorkloadKind workload) {
    return Subject.of(strategy(strategy)).with(workload);
  }

  /** A strategy of the class path. */
  public static ConsensusStrategy strategy(String name) {
    return ServiceLoader.load(ConsensusStrategy.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * All seeds up to one pass; those of the system property {@code quorate.sim.NAME} ({@code A..B})
   * in their place, if it is there.
   *
   * @return whether it is not there
   */
  public static boolean passes(Subject subject, int seeds) {
    String property = "quorate.sim." + subject.workload().name();
    String said = System.getProperty(property);
    String[] range = (said == null ? "1.." + seeds : said).split("\\.\\.", 2);
    passes(subject, Long.parseLong(range[0]), Long.parseLong(range[range.length - 1]));
    return said == null;
  }

  /** All seeds of a range pass. */
  public static void passes(Subject subject, long first, long last) {
    SimulationReport report = run(subject, first, last);
    System.out.print(report);
    assertEquals(
        List.of(), report.failures().stream().map(f -> f + "\nreplay: " + f.replay()).toList());
  }

  /** Each of what is broken on purpose falls within so many seeds. */
  public static void fall(Map<String, Subject> mutants, int seeds) {
    List<String> survivors = new ArrayList<>();
    new TreeMap<>(mutants)
        .forEach(
            (what, mutant) -> {
              SimulationReport report = run(mutant, 1, seeds);
              if (report.failures().isEmpty()) {
                survivors.add(what);
              } else {
                SimulationResult fell = report.failures().get(0);
                System.out.println(
                    fell.strategy()
                        + " with "
                        + fell.workload()
                        + " that "
                        + what
                        + " fell at seed "
                        + fell.seed()
                        + ": "
                        + fell.invariant());
              }
            });
    assertEquals(List.of(), survivors);
  }

  /** A seed always gives the same run. */
  public static void runAlike(Subject subject, int seeds) {
    for (long seed = 1; seed <= seeds; seed++) {
      assertEquals(
          new Simulation(seed, subject, SimulationOptions.DEFAULTS).run(),
          new Simulation(seed, subject, SimulationOptions.DEFAULTS).run());
    }
  }

  private static SimulationReport run(Subject subject, long first, long last) {
    return new SimulationRunner(subject, SimulationOptions.DEFAULTS, true)
        .run(first, last, Runtime.getRuntime().availableProcessors(), result -> {});
  }
}
