package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Gtid;

class ContentionTest {
  private final Contention contention = new Contention();

  private static Conflict lostTo(String key, long winner) {
    return new Conflict(Reason.READ_WRITE, Bytes.utf8(key), new Gtid(1, winner), null, 0);
  }

  private long lose(String key, long winner) {
    contention.lost(lostTo(key, winner));
    return contention.hintMs(lostTo(key, winner), 1);
  }

  @Test
  void manyLosersOfOneCommitWaitLongerThanOne() {
    assertEquals(1, lose("cold", 1));
    for (int i = 0; i < 9; i++) {
      lose("hot", 2);
    }
    assertEquals(10, lose("hot", 2));
    assertEquals(10, lose("hot", 3), "the last round tells how many there are");
    lose("hot", 4);
    assertEquals(1, lose("hot", 5), "the crowd has gone");
    assertEquals(1, lose("cold", 5));
  }

  @Test
  void slowRoundsMakeLongerHintsUpToABound() {
    Conflict conflict = lostTo("k", 1);
    contention.lost(conflict);
    for (int i = 0; i < 100; i++) {
      contention.hintMs(conflict, 20);
    }
    long hint = contention.hintMs(conflict, 20);
    assertTrue(hint >= 19 && hint <= 20, "hint " + hint);
    for (int i = 0; i < 100; i++) {
      contention.lost(conflict);
    }
    assertEquals(Contention.MOST_MS, contention.hintMs(conflict, 20));
  }

  @Test
  void anOldSnapshotIsTakenAnewAtOnce() {
    Conflict old = new Conflict(Reason.HORIZON, null, new Gtid(1, 5), null, 0);
    contention.lost(old);
    assertEquals(0, contention.hintMs(old, 1));
  }
}
