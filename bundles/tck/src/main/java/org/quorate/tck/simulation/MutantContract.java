package org.quorate.tck.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.quorate.core.log.LogRecord;
import org.quorate.simulator.SimulationOptions;
import org.quorate.simulator.SimulationReport;
import org.quorate.simulator.SimulationResult;
import org.quorate.simulator.SimulationRunner;
import org.quorate.simulator.Subject;
import org.quorate.simulator.Subject.Sabotage;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.mutants.AppliesTwice;
import org.quorate.tck.simulation.mutants.BelievesSealedTail;
import org.quorate.tck.simulation.mutants.JudgedByGenericChecks;
import org.quorate.tck.simulation.mutants.KeepsKeysOfLeases;
import org.quorate.tck.simulation.mutants.LosesWatchEvents;
import org.quorate.tck.simulation.mutants.MissesSeals;
import org.quorate.tck.simulation.mutants.PromisesBeforeDurable;
import org.quorate.tck.simulation.mutants.ProposesDeliveredAgain;
import org.quorate.tck.simulation.mutants.Records;
import org.quorate.tck.simulation.mutants.RewritesRecords;
import org.quorate.tck.simulation.mutants.ServesStaleReads;

/**
 * The simulator catches what is broken on purpose: each mutant falls within 1,000 seeds, to what
 * holds for every strategy, without the invariants of its own.
 */
public abstract class MutantContract {
  private static final int SEEDS = 1_000;

  /** A strategy that passes. */
  protected abstract ConsensusStrategy strategy();

  /** Mutants of this strategy beside those that can be made of any. */
  protected abstract Map<String, Subject> mutants();

  /** Of mutants that fall rarely, the seed from which on they are tried; all others are from the first. */
  protected Map<String, Long> rare() {
    return Map.of();
  }

  @Test
  public void everyMutantFalls() {
    Map<String, Subject> all = new TreeMap<>(mutants());
    Subject sound = Subject.of(strategy());
    all.put("applies twice", sound.with(new AppliesTwice()));
    all.put("loses watch events", sound.with(new LosesWatchEvents()));
    all.put("keeps the keys of leases that have ended", sound.with(new KeepsKeysOfLeases()));
    all.put("reuses a sequence number", sound.with(new Sabotage(true, false, false)));
    all.put("says synced before it is", sound.with(new Sabotage(false, true, false)));
    all.put("moves before it has copied", sound.with(new Sabotage(false, false, true)));
    all.put("serves stale reads", sound.with(new ServesStaleReads(strategy())));
    all.put("promises before it is durable", sound.with(new PromisesBeforeDurable(strategy())));
    all.put("believes a sealed tail", sound.with(new BelievesSealedTail(strategy())));
    all.put("proposes what was delivered", sound.with(new ProposesDeliveredAgain(strategy())));
    all.put("misses seals", sound.with(new MissesSeals(strategy())));
    all.put("ends leases early", rewriting(Records::hastyTime));
    all.put("certifies without read ranges", rewriting(Records::withoutReadRanges));
    all.put("certifies without written keys", rewriting(Records::withoutWrittenKeys));
    all.put("certifies typed operations", rewriting(Records::certifyingOperations));
    all.replaceAll((name, mutant) -> generic(mutant));
    List<String> survivors = new ArrayList<>();
    for (Map.Entry<String, Subject> mutant : all.entrySet()) {
      long first = rare().getOrDefault(mutant.getKey(), 1L);
      SimulationReport report =
          new SimulationRunner(mutant.getValue(), SimulationOptions.DEFAULTS, true)
              .run(
                  first,
                  first + SEEDS - 1,
                  Runtime.getRuntime().availableProcessors(),
                  result -> {});
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
  }

  private Subject rewriting(UnaryOperator<LogRecord> rewrite) {
    return Subject.of(new RewritesRecords(strategy(), rewrite));
  }

  private static Subject generic(Subject mutant) {
    return mutant.with(new JudgedByGenericChecks(mutant.strategy()));
  }
}
