package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Outcome;
import org.quorate.api.ReadOutcome;

class SightsTest {
  private static final ReadOutcome ANSWER =
      new ReadOutcome.Answered(new Gtid(1, 7), Bytes.utf8("seen"));

  private final Sights sights = new Sights();
  private final List<Consumer<ReadOutcome>> reads = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private void tell(long version) {
    sights.tell(
        version,
        (reached, answer) ->
            told.add(reached + " " + (answer == null ? "-" : answer.result().utf8())),
        reads::add);
  }

  @Test
  void tellsWithTheAnswerOrWithoutOne() {
    tell(5);
    tell(6);
    assertEquals(List.of(), told);
    reads.get(1).accept(new ReadOutcome.Unanswered(new Outcome.NotLeader(null, "unfit")));
    reads.get(0).accept(ANSWER);
    assertEquals(List.of("6 -", "5 seen"), told);
  }

  /** The replica that was asked is closed: nobody else would tell of the change. */
  @Test
  void whoWaitsForAnAnswerThatWillNotComeIsToldOnce() {
    tell(5);
    sights.end();
    assertEquals(List.of("5 -"), told);
    reads.get(0).accept(ANSWER);
    sights.end();
    assertEquals(List.of("5 -"), told);
  }
}
