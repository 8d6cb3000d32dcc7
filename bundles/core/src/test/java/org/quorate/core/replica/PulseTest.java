package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PulseTest {
  private final Pulse pulse = new Pulse(75, 31);
  private long now;

  private int given(int ticks, long applied, boolean busy) {
    int given = 0;
    for (int i = 0; i < ticks; i++) {
      now += 25;
      given += pulse.due(now, applied, busy) ? 1 : 0;
    }
    return given;
  }

  @Test
  void aBusyGroupGetsEveryTick() {
    assertEquals(40, given(40, 7, true));
  }

  @Test
  void aQuietGroupGetsWhatTheProtocolAsksFor() {
    given(8, 7, false);
    assertEquals(10, given(30, 7, false));
  }

  @Test
  void whatIsAppliedEndsTheQuietAtOnce() {
    given(20, 7, false);
    assertEquals(1, given(1, 8, false));
    assertEquals(3, given(3, 8, false), "peers hear of the commit with the next ticks");
  }

  @Test
  void quietGroupsGetTheirsInTheSameTurn() {
    Pulse other = new Pulse(75, 31);
    for (int i = 0; i < 100; i++) {
      now += 25;
      boolean mine = pulse.due(now, 7, false);
      boolean others = other.due(now, 7, i < 33);
      assertEquals(true, i < 37 || mine == others, "at " + now);
    }
  }

  @Test
  void aProtocolThatAsksForNothingGetsAll() {
    Pulse each = new Pulse(0, 31);
    for (long at = 0; at < 1000; at += 25) {
      assertEquals(true, each.due(at, 0, false));
    }
  }
}
