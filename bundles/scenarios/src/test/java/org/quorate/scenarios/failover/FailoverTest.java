package org.quorate.scenarios.failover;

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

/** The failover registry on the native coordinator, whoever dies, under every fault of the group. */
class FailoverTest {
  private static Subject with(String strategy, UnaryOperator<GroupAccess> saboteur) {
    return Trial.of(strategy, new FailoverWorkload(saboteur, Deaths.UNSEEN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everySeedPasses(String strategy) {
    Killed killed = new Killed();
    Subject subject = Trial.of(strategy, new FailoverWorkload(UnaryOperator.identity(), killed));
    if (Trial.passes(subject, 8)) {
      killed.cover(2, "worker", "taker", "assigner");
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
    Trial.runAlike(Trial.of(strategy, new FailoverWorkload()), 1);
  }
}
