package org.quorate.scenarios.coordination;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.GroupAccess;
import org.quorate.scenarios.SabotagedAccess;
import org.quorate.scenarios.Trial;
import org.quorate.simulator.Subject;
import org.quorate.tck.simulation.mutants.Records;
import org.quorate.tck.simulation.mutants.RewritesRecords;

/**
 * Sessions, locks and watches of the native coordinator under every fault: none of them breaks a
 * promise, and what breaks one is found.
 */
class CoordinationTest {
  private static final int MUTANT_SEEDS = 60;

  private static Subject with(String strategy, UnaryOperator<GroupAccess> saboteur) {
    return Trial.of(strategy, new CoordinationWorkload(saboteur));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everySeedPasses(String strategy) {
    Trial.passes(Trial.of(strategy, new CoordinationWorkload()), 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everySabotagedOneFalls(String strategy) {
    Map<String, Subject> all = new TreeMap<>();
    all.put("ignores conditions", with(strategy, SabotagedAccess::withoutConditions));
    all.put("grants a lock twice", with(strategy, SabotagedAccess::withBlindWaiters));
    all.put("keeps locks of ended sessions", with(strategy, SabotagedAccess::withLastingClaims));
    all.put("takes locks away", with(strategy, SabotagedAccess::withThievery));
    all.put("reads what is stale", with(strategy, SabotagedAccess::withStaleReads));
    all.put("is told late of changes", with(strategy, SabotagedAccess::withLateWatches));
    all.put("loses events", with(strategy, SabotagedAccess::withLostEvents));
    all.put("tells events twice", with(strategy, SabotagedAccess::withDoubledEvents));
    all.put("takes sessions for gone", with(strategy, SabotagedAccess::withLostSessions));
    all.put("ignores the end of sessions", with(strategy, SabotagedAccess::withEndlessSessions));
    all.put(
        "ends sessions early",
        with(strategy, UnaryOperator.identity())
            .with(new RewritesRecords(Trial.strategy(strategy), Records::hastyTime)));
    Trial.fall(all, MUTANT_SEEDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void aSeedAlwaysRunsAlike(String strategy) {
    Trial.runAlike(Trial.of(strategy, new CoordinationWorkload()), 3);
  }
}
