package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

class CoordFailuresTest {
  /** What can be mended by another request. */
  private static final Set<Code> WRONG = Set.of(Code.INVALID, Code.TOO_LARGE);

  private static OperationException explain(Code code, String coordinator) {
    return CoordOperations.explain(new CoordinationException(code, "a test"), coordinator);
  }

  @Test
  void onlyAWrongRequestIsToBeCorrected() {
    for (Code code : Code.values()) {
      String next = explain(code, "native").failure().next();
      assertFalse(next.isEmpty());
      assertEquals(WRONG.contains(code), next.equals("correct the request"), code + ": " + next);
    }
  }

  @Test
  void whoIsNotServedIsToldWhereToLook() {
    assertTrue(explain(Code.UNAVAILABLE, "native:main").failure().next().contains("group why"));
    assertTrue(explain(Code.UNAVAILABLE, "zk").failure().next().contains("coord providers"));
  }
}
