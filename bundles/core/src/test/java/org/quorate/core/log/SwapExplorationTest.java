package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.quorate.core.log.SwapModel.Action;
import org.quorate.spi.consensus.Membership;

/**
 * Every order in which two replicas can carry out a swap, within bounds: records are delivered late,
 * links open and close late or not at all, both replicas drive at once, processes die between any
 * two steps. In each state the group can still come to an end with one link.
 */
@Execution(ExecutionMode.CONCURRENT)
class SwapExplorationTest {
  private record State(State before, Action action) {
    List<Action> path() {
      ArrayDeque<Action> path = new ArrayDeque<>();
      for (State s = this; s.action != null; s = s.before) {
        path.addFirst(s.action);
      }
      return new ArrayList<>(path);
    }
  }

  private final Set<String> seen = new HashSet<>();
  private int replaced;

  private static SwapModel replay(Membership members, int plans, int crashes, List<Action> path) {
    SwapModel model = new SwapModel(members, plans, crashes);
    path.forEach(model::take);
    return model;
  }

  /** Breadth first; returns how many different states there are. */
  private int explore(Membership members, int plans, int crashes, int most) {
    ArrayDeque<State> open = new ArrayDeque<>();
    open.add(new State(null, null));
    while (!open.isEmpty() && seen.size() < most) {
      State state = open.removeFirst();
      List<Action> path = state.path();
      for (Action next : replay(members, plans, crashes, path).actions()) {
        List<Action> longer = new ArrayList<>(path);
        longer.add(next);
        try {
          SwapModel model = replay(members, plans, crashes, longer);
          if (seen.add(model.key())) {
            open.addLast(new State(state, next));
            replaced += model.replaced() ? 1 : 0;
            model.finish();
          }
        } catch (RuntimeException e) {
          throw new AssertionError(e.getMessage() + " after " + longer, e);
        }
      }
    }
    return seen.size();
  }

  @Test
  void oneSwapInEveryOrder() {
    int states = explore(SwapModel.VOTERS, 1, 0, 1_000_000);
    System.out.println("states of one swap: " + states);
    assertTrue(states > 500, "only " + states);
  }

  @Test
  void oneSwapWithAProcessThatDiesBetweenAnyTwoSteps() {
    int states = explore(SwapModel.VOTERS, 1, 1, 20_000);
    System.out.println("states of one swap with a crash: " + states);
    assertTrue(states > 2_000, "only " + states);
  }

  /** Who is removed may have been the last that knew of the seal: seed 16176 of raft. */
  @Test
  void aLearnerThatTakesOverAfterASwapAndDies() {
    int states = explore(SwapModel.VOTER_AND_LEARNER, 1, 1, 20_000);
    System.out.println(
        "states of one swap and a replacement: " + states + ", behind it " + replaced);
    assertTrue(replaced > 500, "only " + replaced);
  }

  @Test
  void twoOperatorsAtOnce() {
    int states = explore(SwapModel.VOTERS, 2, 0, 20_000);
    System.out.println("states of two swaps: " + states);
    assertTrue(states > 2_000, "only " + states);
  }
}
