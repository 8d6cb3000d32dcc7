package org.quorate.simulator.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.linear.LinearizabilityChecker.Verdict;
import org.quorate.simulator.linear.Operation.Action;

class LinearizabilityCheckerTest {
  private static final long NEVER = Operation.NEVER;
  private final List<Operation> history = new ArrayList<>();

  private LinearizabilityCheckerTest did(long called, long returned, Action action, String answer) {
    history.add(new Operation("k", history.size(), called, returned, action, answer));
    return this;
  }

  private LinearizabilityCheckerTest put(long called, long returned, String value) {
    return did(called, returned, new Action.Put(value), "");
  }

  private LinearizabilityCheckerTest get(long called, long returned, String value) {
    return did(called, returned, new Action.Get(), value);
  }

  private LinearizabilityCheckerTest add(long called, long returned, long delta, String sum) {
    return did(called, returned, new Action.Add(delta), sum);
  }

  private void is(Verdict verdict) {
    LinearizabilityChecker.Result result = new LinearizabilityChecker(1_000_000).check(history);
    assertEquals(verdict, result.verdict(), result.explanation());
  }

  @Test
  void nothingIsLinearizable() {
    is(Verdict.LINEARIZABLE);
  }

  @Test
  void aReadOverlappingAWriteMaySeeEitherValue() {
    put(0, 1, "a").put(2, 9, "b").get(3, 4, "a").get(5, 6, "b").is(Verdict.LINEARIZABLE);
  }

  @Test
  void aReadAfterAWriteMustSeeIt() {
    put(0, 1, "a").put(2, 3, "b").get(4, 5, "a").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void readsMustNotGoBack() {
    put(0, 1, "a").put(2, 9, "b").get(3, 4, "b").get(5, 6, "a").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void aValueThatNobodyWroteIsWrong() {
    put(0, 1, "a").get(2, 3, "x").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void anAbsentValueAfterAWriteIsALostWrite() {
    put(0, 1, "a").get(2, 3, null).is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void anUnansweredWriteMayComeLateOrNever() {
    put(0, 1, "a").did(2, NEVER, new Action.Put("b"), null);
    get(3, 4, "a").get(50, 51, "b").is(Verdict.LINEARIZABLE);
  }

  @Test
  void anUnansweredWriteMayNeverCome() {
    put(0, 1, "a").did(2, NEVER, new Action.Put("b"), null).get(50, 51, "a");
    is(Verdict.LINEARIZABLE);
  }

  @Test
  void anUnansweredWriteComesOnce() {
    put(0, 1, "a").did(2, NEVER, new Action.Put("b"), null);
    get(3, 4, "b").put(5, 6, "c").get(7, 8, "b").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void anUnansweredWriteDoesNotComeBeforeItsCall() {
    get(0, 1, "b").did(2, NEVER, new Action.Put("b"), null).is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void anIncrementTwiceIsFound() {
    add(0, 1, 5, "5").add(2, 3, 1, "11").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void concurrentIncrementsHaveSomeOrder() {
    add(0, 9, 1, "7").add(0, 9, 2, "2").add(0, 9, 4, "6").is(Verdict.LINEARIZABLE);
  }

  @Test
  void twoSwapsFromOneValueCannotBothSucceed() {
    put(0, 1, "a");
    did(2, 9, new Action.CompareAndSet("a", "b"), "true");
    did(2, 9, new Action.CompareAndSet("a", "c"), "true").is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void aSwapMustNotFailWithoutReason() {
    put(0, 1, "a").did(2, 3, new Action.CompareAndSet("a", "b"), "false");
    is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void aSwapExpectsAbsence() {
    did(0, 1, new Action.CompareAndSet(null, "b"), "true").get(2, 3, "b");
    is(Verdict.LINEARIZABLE);
  }

  @Test
  void aDeletionTellsWhatItFound() {
    put(0, 1, "a").did(2, 3, new Action.Delete(), "true").did(4, 5, new Action.Delete(), "true");
    is(Verdict.NOT_LINEARIZABLE);
  }

  @Test
  void keysAreIndependent() {
    put(0, 1, "a");
    history.add(new Operation("other", 9, 2, 3, new Action.Get(), null));
    is(Verdict.LINEARIZABLE);
  }

  @Test
  void aSearchBeyondItsBudgetIsUndecided() {
    for (int i = 0; i < 12; i++) {
      put(0, 100, "v" + i);
    }
    get(200, 201, "never written");
    LinearizabilityChecker.Result result = new LinearizabilityChecker(100).check(history);
    assertEquals(Verdict.UNDECIDED, result.verdict());
  }

  /** Histories made of a real register pass; with one answer changed to another value they fail. */
  @Test
  void histories() {
    int caught = 0;
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Operation> made = made(random);
      LinearizabilityChecker checker = new LinearizabilityChecker(1_000_000);
      assertEquals(Verdict.LINEARIZABLE, checker.check(made).verdict(), "seed " + seed);
      int victim = random.nextInt(made.size());
      Operation o = made.get(victim);
      if (o.action() instanceof Action.Get && o.returned()) {
        made.set(
            victim,
            new Operation(
                o.key(), o.client(), o.calledAt(), o.returnedAt(), o.action(), "never written"));
        assertEquals(Verdict.NOT_LINEARIZABLE, checker.check(made).verdict(), "seed " + seed);
        caught++;
      }
    }
    assertEquals(true, caught > 20, caught + " histories were spoilt");
  }

  private static List<Operation> made(SplittableRandom random) {
    List<Operation> made = new ArrayList<>();
    String value = null;
    for (int i = 0; i < 60; i++) {
      long effect = 10L * i;
      long called = effect - random.nextLong(40);
      long returned = effect + 1 + random.nextLong(40);
      if (random.nextBoolean()) {
        value = "v" + i;
        boolean lost = random.nextInt(8) == 0;
        made.add(
            new Operation(
                "k", i, called, lost ? NEVER : returned, new Action.Put(value), lost ? null : ""));
      } else {
        made.add(new Operation("k", i, called, returned, new Action.Get(), value));
      }
    }
    return made;
  }
}
