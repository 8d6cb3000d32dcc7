package org.quorate.scenarios;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.GroupAccess;
import org.quorate.simulator.Subject;
import org.quorate.simulator.client.WorkloadKind;

/**
 * A workload whose processes are killed at their steps, under every fault of their group: every seed
 * passes, what breaks a promise is found, and a seed always runs alike.
 */
public abstract class KillingContract {
  private static final int DEATHS = 2;
  private static final int MUTANT_SEEDS = 40;

  /** Whom the faults of a seed meet moves with every change of what is simulated. */
  private static final int MOST_ROUNDS = 6;

  private final BiFunction<UnaryOperator<GroupAccess>, Deaths, WorkloadKind> workload;
  private final int seeds;
  private final List<String> roles;

  /**
   * Of a workload.
   *
   * @param workload makes it, of what is done to each process's way to the group and who hears of deaths
   * @param seeds of a round; there are more rounds until each role has died at two different steps
   */
  protected KillingContract(
      BiFunction<UnaryOperator<GroupAccess>, Deaths, WorkloadKind> workload,
      int seeds,
      String... roles) {
    this.workload = workload;
    this.seeds = seeds;
    this.roles = List.of(roles);
  }

  private Subject with(String strategy, UnaryOperator<GroupAccess> saboteur, Deaths deaths) {
    return Trial.of(strategy, workload.apply(saboteur, deaths));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  public void everySeedPasses(String strategy) {
    Killed killed = new Killed();
    Subject subject = with(strategy, UnaryOperator.identity(), killed);
    if (!Trial.passes(subject, seeds)) {
      return; // the seeds were chosen by hand
    }
    for (int round = 1; round < MOST_ROUNDS && !killed.covers(DEATHS, roles); round++) {
      Trial.passes(subject, (long) round * seeds + 1, (round + 1L) * seeds);
    }
    assertTrue(killed.covers(DEATHS, roles), () -> roles + " were to die: " + killed);
    System.out.println(killed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  public void everySabotagedOneFalls(String strategy) {
    Subject blind = with(strategy, SabotagedAccess::withoutConditions, Deaths.UNSEEN);
    Trial.fall(Map.of("ignores conditions", blind), MUTANT_SEEDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  public void aSeedAlwaysRunsAlike(String strategy) {
    Trial.runAlike(with(strategy, UnaryOperator.identity(), Deaths.UNSEEN), 1);
  }
}
