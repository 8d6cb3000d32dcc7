package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.core.log.LogRecord.TimeStep;
import org.quorate.core.session.SessionTable;

class TimeKeeperTest {
  private final SessionTable sessions = new SessionTable();
  private final TimeKeeper keeper = new TimeKeeper(sessions, 100);

  @BeforeEach
  void openASession() {
    sessions.open(1, 10_000);
  }

  private void deliver(TimeStep step) {
    sessions.advance(step.deltaMs());
    keeper.delivered(sessions.timeMs());
  }

  @Test
  void stepsCoverTheTimeSinceTheOneBefore() {
    assertNull(keeper.tick(true, false, 1_000), "begins to measure");
    assertEquals(new TimeStep(0, 120), keeper.tick(true, false, 1_120));
    assertNull(keeper.tick(true, false, 1_300), "one at a time");
    deliver(new TimeStep(0, 120));
    assertEquals(new TimeStep(120, 180), keeper.tick(true, false, 1_300));
  }

  @Test
  void aNewTimekeeperDoesNotCountTimeBeforeItBegan() {
    keeper.tick(true, false, 1_000);
    keeper.tick(false, false, 1_050);
    assertNull(keeper.tick(true, false, 9_000));
    assertEquals(new TimeStep(0, 100), keeper.tick(true, false, 9_100));
  }

  @Test
  void beginsAnewWhenAnotherMovedTheTime() {
    keeper.tick(true, false, 1_000);
    sessions.advance(70);
    assertNull(keeper.tick(true, false, 1_200), "the other's step may have covered these 200 ms");
    assertEquals(new TimeStep(70, 100), keeper.tick(true, false, 1_300));
  }

  @Test
  void beginsAnewWhenItsStepWasVoid() {
    keeper.tick(true, false, 1_000);
    keeper.tick(true, false, 1_100);
    keeper.lost();
    assertNull(keeper.tick(true, false, 1_200));
    assertEquals(new TimeStep(0, 100), keeper.tick(true, false, 1_300));
  }

  @Test
  void aPauseCountsForFourIntervalsAtMost() {
    keeper.tick(true, false, 1_000);
    assertEquals(new TimeStep(0, 400), keeper.tick(true, false, 61_000));
  }

  @Test
  void timeStandsStillWithoutSessions() {
    sessions.close(1);
    keeper.tick(true, false, 1_000);
    assertNull(keeper.tick(true, false, 2_000));
  }
}
