package org.quorate.tck.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.Simulation;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;

/**
 * The simulation that every strategy must pass. A subclass names the strategy; beside the class may
 * lie a resource {@code seeds.txt} with seeds that once failed, one a line, text after a {@code #}
 * saying why: they always run. The system property {@code quorate.sim.seeds} ({@code A..B}) replaces
 * the default range of 300 seeds.
 */
public abstract class SimulationContract {
  /** The strategy under test. */
  protected abstract ConsensusStrategy strategy();

  /** What else more than such a share of the seeds has to show, beyond what every strategy does. */
  protected Map<Mark, Double> shares() {
    return Map.of();
  }

  @Test
  public void everySeedPasses() {
    String[] range = System.getProperty("quorate.sim.seeds", "1..300").split("\\.\\.", 2);
    long first = Long.parseLong(range[0]);
    long last = Long.parseLong(range[range.length - 1]);
    SimulationReport report =
        new SimulationRunner(Subject.of(strategy()), SimulationOptions.DEFAULTS, true)
            .run(first, last, Runtime.getRuntime().availableProcessors(), result -> {});
    System.out.print(report);
    assertEquals("", failures(report.failures()));
    assertTrue(report.operationsPerSeed() >= 200, report.toString());
    assertTrue(report.indeterminateShare() > 0, report.toString());
    if (last - first >= 99) {
      assertTrue(report.share(Mark.CRASH) > 0.5, report.toString());
      assertTrue(report.share(Mark.PARTITION) > 0.5, report.toString());
      assertTrue(report.share(Mark.SNAPSHOT) > 0.1, report.toString());
      assertTrue(report.share(Mark.CORRUPTION_FOUND) > 0.1, report.toString());
      shares()
          .forEach((mark, least) -> assertTrue(report.share(mark) > least, mark + " " + report));
    }
  }

  @Test
  public void everySeedThatOnceFailedPasses() {
    Subject subject = Subject.of(strategy());
    List<SimulationResult> failed =
        seeds().stream()
            .map(seed -> new Simulation(seed, subject, SimulationOptions.DEFAULTS).run())
            .filter(result -> !result.passed())
            .toList();
    assertEquals("", failures(failed));
  }

  @Test
  public void aSeedAlwaysRunsAlike() {
    for (long seed = 1; seed <= 5; seed++) {
      SimulationResult one =
          new Simulation(seed, Subject.of(strategy()), SimulationOptions.DEFAULTS).run();
      SimulationResult two =
          new Simulation(seed, Subject.of(strategy()), SimulationOptions.DEFAULTS).run();
      assertEquals(one, two);
    }
  }

  private static String failures(List<SimulationResult> failed) {
    return failed.stream()
        .map(result -> result + System.lineSeparator() + "replay: " + result.replay())
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private List<Long> seeds() {
    InputStream in = getClass().getResourceAsStream("seeds.txt");
    if (in == null) {
      return List.of();
    }
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replaceFirst("#.*", "").trim())
          .filter(line -> !line.isEmpty())
          .map(Long::valueOf)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
