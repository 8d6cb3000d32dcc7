package org.quorate.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CheckpointPaceTest {
  private static final long MIB = 1 << 20;

  private long slept;
  private final CheckpointPace pace =
      new CheckpointPace(new CheckpointBudget(1000, nanos -> slept += nanos).open());

  private double secondsFor(long mib) {
    slept = 0;
    for (int i = 0; i < mib; i++) {
      pace.wrote(MIB);
    }
    return slept / 1e9;
  }

  @Test
  void anEmptyMemoryLeavesTimeAndAFullOneNone() {
    assertEquals(2, secondsFor(32), 0.01);
    pace.fullness(0.5);
    assertEquals(1, secondsFor(32), 0.01);
    pace.fullness(0.9);
    assertEquals(0.2, secondsFor(32), 0.01);
    pace.fullness(1.5);
    assertEquals(0, secondsFor(32));
  }

  @Test
  void smallPiecesAddUp() {
    for (int i = 0; i < 1024; i++) {
      pace.wrote(1024);
    }
    assertEquals(1.0 / 16, slept / 1e9, 0.003);
  }

  /** Whatever comes in, the rate at which a checkpoint is written ends up above it. */
  @Test
  void theBacklogStaysBoundedUnderAnyInflow() {
    for (double inflow : new double[] {1, 10, 50, 200}) { // MiB a second
      double active = 0;
      double left = 32;
      double most = 0;
      for (int i = 0; i < 4_000; i++) {
        slept = 0;
        pace.fullness(active / 32);
        pace.wrote(MIB);
        double seconds = slept / 1e9 + 0.002; // 2 ms of work for each MiB
        active += inflow * seconds;
        left -= 1;
        most = Math.max(most, active);
        if (left <= 0) {
          left = active;
          active = 0;
        }
      }
      assertTrue(most < 64, inflow + " MiB/s: " + most + " MiB in memory");
    }
  }

  @Test
  void stopsWaitingWhenItBecomesUrgent() {
    CheckpointPace[] hurried = new CheckpointPace[1];
    hurried[0] =
        new CheckpointPace(
            new CheckpointBudget(
                    1000,
                    nanos -> {
                      slept += nanos;
                      hurried[0].urgent(true);
                    })
                .open());
    hurried[0].wrote(100 * MIB);
    assertTrue(slept <= 20_000_000, slept + " ns");
    slept = 0;
    hurried[0].wrote(100 * MIB);
    assertEquals(0, slept);
  }
}
