package org.quorate.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Swaps between every ordered pair of the strategies on the class path, under faults. */
class SwapPairsTest {
  private static final int SEEDS_A_PAIR = 40;

  @Test
  void everyPairOfStrategiesIsSwappedUnderFaults() {
    Map<String, ConsensusStrategy> known = new TreeMap<>();
    ServiceLoader.load(ConsensusStrategy.class, SwapPairsTest.class.getClassLoader())
        .forEach(s -> known.put(s.name(), s));
    assertTrue(known.size() >= 3, known.keySet().toString());
    Map<Mark, Integer> seen = new EnumMap<>(Mark.class);
    List<String> failures = new ArrayList<>();
    long first = 1;
    for (ConsensusStrategy from : known.values()) {
      for (ConsensusStrategy to : known.values()) {
        if (from != to) {
          SimulationReport report = run(from, to, first, seen);
          report.failures().stream().map(SimulationResult::toString).forEach(failures::add);
          assertTrue(report.share(Mark.SWAP) > 0.05, report.toString());
          first += SEEDS_A_PAIR;
        }
      }
    }
    assertEquals(List.of(), failures);
    System.out.println("seeds of swaps between all pairs: " + seen);
    for (Mark mark :
        List.of(
            Mark.SLEPT_THROUGH_SWAPS,
            Mark.SNAPSHOT_IN_SWAP,
            Mark.MEMBERSHIP_IN_SWAP,
            Mark.SWAPS_AT_ONCE,
            Mark.STORAGE_MOVED,
            Mark.MOVE_IN_SWAP)) {
      assertTrue(seen.getOrDefault(mark, 0) > 0, "no seed had " + mark + ": " + seen);
    }
  }

  private static SimulationReport run(
      ConsensusStrategy from, ConsensusStrategy to, long first, Map<Mark, Integer> seen) {
    return new SimulationRunner(Subject.of(from).swappingTo(to), SimulationOptions.DEFAULTS, true)
        .run(
            first,
            first + SEEDS_A_PAIR - 1,
            Runtime.getRuntime().availableProcessors(),
            result -> {
              synchronized (seen) {
                result.marks().forEach(mark -> seen.merge(mark, 1, Integer::sum));
              }
            });
  }
}
