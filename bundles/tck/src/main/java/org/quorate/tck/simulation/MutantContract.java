package org.quorate.tck.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.simulator.Subject.Sabotage;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.mutants.AppliesTwice;
import org.quorate.tck.simulation.mutants.PromisesBeforeDurable;
import org.quorate.tck.simulation.mutants.ServesStaleReads;

/** The simulator catches what is broken on purpose: each mutant falls within 1,000 seeds. */
public abstract class MutantContract {
  private static final int SEEDS = 1_000;

  /** A strategy that passes. */
  protected abstract ConsensusStrategy strategy();

  /** Mutants of this strategy beside those that can be made of any. */
  protected abstract Map<String, Subject> mutants();

  @Test
  public void everyMutantFalls() {
    Map<String, Subject> all = new TreeMap<>(mutants());
    Subject sound = Subject.of(strategy());
    all.put("applies twice", sound.with(new AppliesTwice()));
    all.put("reuses a sequence number", sound.with(new Sabotage(true)));
    all.put("serves stale reads", Subject.of(new ServesStaleReads(strategy())));
    all.put("promises before it is durable", Subject.of(new PromisesBeforeDurable(strategy())));
    List<String> survivors = new ArrayList<>();
    for (Map.Entry<String, Subject> mutant : all.entrySet()) {
      SimulationReport report =
          new SimulationRunner(mutant.getValue(), SimulationOptions.DEFAULTS, true)
              .run(1, SEEDS, Runtime.getRuntime().availableProcessors(), result -> {});
      if (report.failures().isEmpty()) {
        survivors.add(mutant.getKey());
      } else {
        SimulationResult fell = report.failures().get(0);
        System.out.println(
            strategy().name()
                + " that "
                + mutant.getKey()
                + " fell at seed "
                + fell.seed()
                + ": "
                + fell.invariant());
      }
    }
    assertEquals(List.of(), survivors);
    assertTrue(all.size() >= 5);
  }
}
