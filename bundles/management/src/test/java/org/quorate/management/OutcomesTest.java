package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.quorate.api.Outcome;
import org.quorate.api.ReadOutcome;

class OutcomesTest {
  private static final Outcome LOST = new Outcome.Indeterminate("no outcome in time", null);

  @Test
  void aReadWithoutAnswerLeavesNoDoubtOfWhatItDid() {
    Failure failure = Outcomes.failure(new ReadOutcome.Unanswered(LOST)).failure();
    assertEquals(FailureCode.UNAVAILABLE, failure.code());
    assertEquals("the read was not answered: no outcome in time", failure.message());
  }

  @Test
  void aWriteWithoutAnswerMayHaveBeenDone() {
    Failure failure = Outcomes.failure(LOST).failure();
    assertEquals(FailureCode.INDETERMINATE, failure.code());
    assertEquals("not known whether it was done: no outcome in time", failure.message());
  }
}
