package org.quorate.scenarios.operations;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.GroupAccess;
import org.quorate.scenarios.Deaths;
import org.quorate.scenarios.Killed;
import org.quorate.scenarios.SabotagedAccess;
import org.quorate.scenarios.Trial;
import org.quorate.simulator.Subject;

/** Cluster operations on the native coordinator, whoever dies, under every fault of the group. */
class OperationsTest {
  private static Subject with(String strategy, UnaryOperator<GroupAccess> saboteur) {
    return Trial.of(strategy, new OperationsWorkload(saboteur, Deaths.UNSEEN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everySeedPasses(String strategy) {
    Killed killed = new Killed();
    Subject subject = Trial.of(strategy, new OperationsWorkload(UnaryOperator.identity(), killed));
    if (Trial.passes(subject, 12)) {
      killed.cover(2, "initiator", "responder");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everySabotagedOneFalls(String strategy) {
    Trial.fall(
        Map.of("ignores conditions", with(strategy, SabotagedAccess::withoutConditions)), 40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void aSeedAlwaysRunsAlike(String strategy) {
    Trial.runAlike(Trial.of(strategy, new OperationsWorkload()), 1);
  }
}
