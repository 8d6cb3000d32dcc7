package org.quorate.tck.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Many seeded schedules of faults; a failure names the seed that shows it again. */
public abstract class RandomScheduleContract {
  /** Before {@code .seed}, {@code .seeds} and {@code .steps}: system properties. */
  protected abstract String prefix();

  /** The run of a seed. */
  protected abstract RandomSchedule<?> schedule(long seed);

  @Test
  final void invariantsHoldUnderFaultsAndTheGroupGoesOnAfterThem() {
    long first = Long.getLong(prefix() + ".seed", 1);
    long count = Long.getLong(prefix() + ".seeds", 300);
    int steps = Integer.getInteger(prefix() + ".steps", 3000);
    long decided = 0;
    int crashes = 0;
    int snapshots = 0;
    int changes = 0;
    int reads = 0;
    for (long seed = first; seed < first + count; seed++) {
      RandomSchedule<?> schedule = schedule(seed);
      try {
        schedule.run(steps);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            String.format(
                "again with -D%1$s.seed=%2$d -D%1$s.seeds=1 -D%1$s.steps=%3$d",
                prefix(), seed, steps),
            e);
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
    if (count >= 100) {
      assertTrue(
          decided > count * 10 && crashes > count && snapshots > count / 10 && reads > count,
          "the schedules did too little: " + figures);
    }
  }
}
