package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long the first reading of a log may take. */
class OpeningTest {
  private static final int PATIENCE_MS = 1_000;

  private static long at(long ms) {
    return Long.MAX_VALUE - 100 + TimeUnit.MILLISECONDS.toNanos(ms); // the clock may wrap around
  }

  @Test
  void aLogMayBeAnyLengthAsLongAsItIsRead() {
    Opening opening = new Opening(PATIENCE_MS);
    for (int i = 0; i < 50; i++) {
      assertFalse(opening.standsStill(new Position(i / 10, i % 10), at(i * 900L)));
    }
    assertFalse(opening.standsStill(new Position(4, 9), at(49 * 900L + 999)));
    assertTrue(opening.standsStill(new Position(4, 9), at(49 * 900L + 1_000)));
  }
}
