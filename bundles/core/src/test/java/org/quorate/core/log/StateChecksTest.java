package org.quorate.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Set;
import org.junit.jupiter.api.Test;

class StateChecksTest {
  private static final Set<Long> VOTERS = Set.of(1L, 2L, 3L);

  private final StateChecks checks = new StateChecks();

  @Test
  void whoDiffersFromAMajorityOfTheVotersHasDiverged() {
    checks.marked(10, 7, 0xa);
    checks.reported(10, 1, 0xa);
    checks.reported(10, 2, 0xb);
    assertNull(checks.divergence(VOTERS), "one against one");
    checks.reported(10, 4, 0xb);
    assertNull(checks.divergence(VOTERS), "a stranger does not count");
    checks.reported(10, 3, 0xb);
    assertEquals(
        "DIVERGED: state hash a at version 7, a majority has b", checks.divergence(VOTERS));
  }

  @Test
  void theMajorityItselfAndReportsOfOtherMarksAreFine() {
    checks.marked(10, 7, 0xb);
    checks.reported(9, 2, 0xc);
    checks.reported(9, 3, 0xc);
    checks.reported(10, 1, 0xa);
    checks.reported(10, 2, 0xb);
    checks.reported(10, 3, 0xb);
    assertNull(checks.divergence(VOTERS));
  }

  @Test
  void aStoreReportsOnce() {
    checks.marked(10, 7, 0xa);
    checks.reported(10, 2, 0xb);
    checks.reported(10, 2, 0xb);
    assertNull(checks.divergence(VOTERS));
  }

  @Test
  void aReplacedStateIsJudgedAnew() {
    checks.marked(10, 7, 0xa);
    checks.reported(10, 2, 0xb);
    checks.reported(10, 3, 0xb);
    checks.reset();
    assertNull(checks.divergence(VOTERS));
    assertNull(checks.takeLatest());
    assertEquals(0, checks.markedVersion());
  }

  @Test
  void theLatestMarkIsToBeReportedOnce() {
    checks.marked(10, 7, 0xa);
    checks.marked(12, 8, 0xb);
    assertEquals(new StateChecks.Own(12, 8, 0xb), checks.takeLatest());
    assertNull(checks.takeLatest());
  }
}
