package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CheckpointBudgetTest {
  private final CheckpointBudget budget = new CheckpointBudget(1000, nanos -> {});

  private CheckpointBudget.Account holding(long bytes) {
    CheckpointBudget.Account account = budget.open();
    account.holds(bytes);
    return account;
  }

  @Test
  void countsWhatAllHold() {
    CheckpointBudget.Account a = holding(100);
    CheckpointBudget.Account b = holding(300);
    assertEquals(400, budget.usedBytes());
    a.holds(50);
    assertEquals(350, budget.usedBytes());
    b.close();
    assertEquals(50, budget.usedBytes());
  }

  @Test
  void fromHalfOnWhoHoldsMostMakesRoom() {
    CheckpointBudget.Account small = holding(100);
    CheckpointBudget.Account large = holding(400);
    assertFalse(small.pressed() || large.pressed());
    small.holds(101);
    assertTrue(large.pressed());
    assertFalse(small.pressed());
    assertTrue(large.begin(false));
    assertTrue(small.pressed(), "the larger one is at it already");
    assertFalse(small.full());
    small.holds(600);
    assertTrue(small.full() && large.full());
  }

  @Test
  void aTurnGoesToWhoHoldsMostOfThoseThatAsk() {
    CheckpointBudget.Account first = holding(10);
    CheckpointBudget.Account second = holding(10);
    CheckpointBudget.Account small = holding(20);
    CheckpointBudget.Account large = holding(30);
    assertTrue(first.begin(false));
    assertTrue(second.begin(false));
    assertFalse(small.begin(false));
    assertFalse(large.begin(false));
    assertEquals(2, budget.running());
    first.end();
    assertFalse(small.begin(false), "a larger one waits");
    assertTrue(large.begin(false));
    second.end();
    assertTrue(small.begin(false));
  }

  @Test
  void noTurnIsKeptForWhoCannotUseIt() {
    CheckpointBudget.Account first = holding(10);
    CheckpointBudget.Account second = holding(10);
    CheckpointBudget.Account busy = holding(30);
    CheckpointBudget.Account parked = holding(40);
    CheckpointBudget.Account small = holding(20);
    assertTrue(first.begin(false) && second.begin(false));
    assertFalse(busy.begin(false) || parked.begin(false) || small.begin(false));
    busy.withdraw();
    parked.close();
    first.end();
    assertTrue(small.begin(false));
  }

  @Test
  void whoIsWaitedForHasATurnAtOnce() {
    assertTrue(holding(1).begin(false) && holding(1).begin(false));
    assertTrue(holding(1).begin(true));
    assertEquals(3, budget.running());
  }

  /** A group that closes while it writes gives its turn back, once. */
  @Test
  void closingEndsATurn() {
    CheckpointBudget.Account account = holding(1);
    assertTrue(account.begin(false));
    account.close();
    assertEquals(0, budget.running());
  }

  /** A hundred groups that take in more than is written stay within the budget, and none starves. */
  @Test
  void manyGroupsStayWithinTheBudget() {
    SplittableRandom random = new SplittableRandom(3);
    int groups = 100;
    CheckpointBudget.Account[] accounts = new CheckpointBudget.Account[groups];
    long[] active = new long[groups];
    long[] frozen = new long[groups];
    int[] waits = new int[groups];
    int longest = 0;
    for (int g = 0; g < groups; g++) {
      accounts[g] = budget.open();
    }
    for (int step = 0; step < 200_000; step++) {
      int busy = random.nextInt(random.nextInt(1, groups + 1));
      if (!accounts[busy].full()) {
        active[busy] += random.nextInt(1, 20);
        accounts[busy].holds(active[busy] + frozen[busy]);
      }
      int g = step % groups; // each has its tick in turn
      if (frozen[g] > 0 && random.nextInt(3) == 0) {
        frozen[g] = 0;
        accounts[g].end();
      }
      if (frozen[g] == 0 && active[g] > 0) {
        waits[g]++;
        if (accounts[g].begin(false)) {
          frozen[g] = active[g];
          active[g] = 0;
          waits[g] = 0;
        }
      }
      longest = Math.max(longest, waits[g]);
      accounts[g].holds(active[g] + frozen[g]);
      assertTrue(budget.usedBytes() < 1000 + 20);
      assertTrue(budget.running() <= 2);
    }
    assertTrue(longest < 1_000, "one asked " + longest + " times");
  }
}
