package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Many seeded schedules of faults; a failure names the seed that shows it again. */
class RandomScheduleTest {
  private static final long FIRST = Long.getLong("certify.seed", 1);
  private static final long COUNT = Long.getLong("certify.seeds", 300);
  private static final int STEPS = Integer.getInteger("certify.steps", 3000);

  @Test
  void invariantsHoldUnderFaultsAndTheGroupGoesOnAfterThem() {
    long decided = 0;
    int crashes = 0;
    int snapshots = 0;
    int changes = 0;
    int reads = 0;
    for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
      RandomSchedule schedule = new RandomSchedule(seed);
      try {
        schedule.run(STEPS);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "again with -Dcertify.seed=" + seed + " -Dcertify.seeds=1 -Dcertify.steps=" + STEPS, e);
      }
      decided += schedule.decided();
      crashes += schedule.crashes;
      snapshots += schedule.snapshots;
      changes += schedule.changes;
      reads += schedule.reads;
    }
    String figures =
        "decided "
            + decided
            + " crashes "
            + crashes
            + " snapshots "
            + snapshots
            + " changes "
            + changes
            + " reads "
            + reads;
    System.out.println(figures);
    if (COUNT >= 100) {
      assertTrue(
          decided > COUNT * 10 && crashes > COUNT && snapshots > COUNT / 10 && reads > COUNT,
          "the schedules did too little: " + figures);
    }
  }
}
