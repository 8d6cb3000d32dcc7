package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.failover.FailoverException;

class CoordFailuresTest {
  /** What can be mended by another request. */
  private static final Set<Code> WRONG = Set.of(Code.INVALID, Code.TOO_LARGE);

  /** Each service says of each of its codes what to do; only what is wrong is to be corrected. */
  @Test
  void operationsAndFailoverDoLikewise() {
    for (var code : org.quorate.spi.operations.OperationException.Code.values()) {
      var e = new org.quorate.spi.operations.OperationException(code, "a test");
      assertNext(code, OpOperations.explain(e, "native").failure().next());
    }
    for (FailoverException.Code code : FailoverException.Code.values()) {
      FailoverException e = new FailoverException(code, "a test");
      assertNext(code, FailoverOperations.explain(e, "native").failure().next());
    }
  }

  private static void assertNext(Enum<?> code, String next) {
    boolean wrong = code.name().matches("INVALID|TOO_LARGE");
    assertEquals(wrong, next.equals("correct the request"), code + ": " + next);
  }

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
    var lost =
        new org.quorate.spi.operations.OperationException(
            org.quorate.spi.operations.OperationException.Code.UNAVAILABLE, "a test");
    assertTrue(OpOperations.explain(lost, "zk").failure().next().contains("coord providers"));
    FailoverException none = new FailoverException(FailoverException.Code.NO_QUORUM, "a test");
    assertTrue(FailoverOperations.explain(none, "zk").failure().next().contains("coord providers"));
  }
}
