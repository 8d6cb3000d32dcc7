package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.quorate.api.GroupId;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.simulator.files.FaultyDisk.Fault;
import org.quorate.simulator.files.FaultyDisk.Loss;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/**
 * What a durable {@link LogStorage} does while the disk fails: the 1st, 2nd, 3rd … I/O fails or is
 * the last one, until the run passes; bytes are flipped one by one; the disk fills up. It should use
 * files so small that the scripts here fill several.
 */
public abstract class LogFaultContract {
  private static final int SEEDS = 5;
  private static final int SESSIONS = 3;
  private static final int ROUNDS = 12;
  private static final int MAX_BYTES = 120;

  /** Opens the storage on a disk. */
  protected abstract LogStorage open(FaultyDisk disk);

  /** Makes the storage opened last do what it was asked, if it has no thread for that. */
  protected void drive() {}

  /** Room that the storage needs at least to take a few writes. */
  protected abstract long smallestCapacity();

  /** Where a test stands, for its message. */
  private static void at(String where, Executable check) {
    try {
      check.execute();
    } catch (Throwable e) {
      throw new AssertionError(where, e);
    }
  }

  /** What happens at one I/O of a run. */
  private interface Case {
    void check(FaultyDisk disk, FaultScript script, String where);
  }

  /** Runs the script with a fault at its 1st, 2nd, 3rd … I/O until it passes. */
  private void atEachIo(Fault fault, Case afterwards) {
    for (long seed = 0; seed < SEEDS; seed++) {
      long n = 1;
      for (boolean passed = false; !passed; n++) {
        FaultyDisk disk = new FaultyDisk();
        disk.faultAt(n, fault);
        FaultScript script = new FaultScript(this, disk, seed, MAX_BYTES);
        String where = "seed " + seed + ", I/O " + n + " " + fault;
        at(
            where,
            () -> {
              try {
                script.run(SESSIONS, ROUNDS);
              } catch (StorageException e) {
                assertTrue(disk.isFaultMet(), "could not open: " + e);
              }
            });
        passed = !disk.isFaultMet();
        if (!passed) {
          afterwards.check(disk, script, where);
        }
      }
      assertTrue(n > 100, "the script does too little: " + n + " changes");
    }
  }

  @Test
  void eachIoFailsOnce() {
    atEachIo(
        Fault.ERROR,
        (disk, script, where) -> {
          for (Loss loss : Loss.values()) {
            at(
                where + ", then " + loss,
                () -> {
                  SplittableRandom random = new SplittableRandom(1);
                  FaultyDisk after = disk.afterCrash(loss, random);
                  Map<GroupId, LogState> found = script.verify(after);
                  // Also what a failed sync left in the page cache, where it looks like clean.
                  FaultyDisk again = after.afterCrash(Loss.EVERYTHING, random);
                  assertEquals(found, script.verify(again.copy()));
                  script.goOn(again);
                });
          }
        });
  }

  @Test
  void theProcessDiesAtEachIo() {
    atEachIo(
        Fault.CRASH,
        (disk, script, where) -> {
          for (Loss loss : Loss.values()) {
            int times = loss == Loss.TORN || loss == Loss.PREFIX ? 4 : 1;
            for (int i = 0; i < times; i++) {
              SplittableRandom random = new SplittableRandom(i);
              at(
                  where + ", " + loss + " " + i,
                  () -> {
                    FaultyDisk after = disk.afterCrash(loss, random);
                    Map<GroupId, LogState> found = script.verify(after);
                    // What recovery handed out is durable: it survives a power failure now.
                    FaultyDisk again = after.afterCrash(Loss.EVERYTHING, random);
                    assertEquals(found, script.verify(again.copy()));
                    script.goOn(again);
                  });
            }
          }
        });
  }

  @Test
  void theProcessDiesAtEachIoOfRecovery() {
    long[] died = {0};
    atEachIo(
        Fault.CRASH,
        (disk, script, where) -> {
          Loss loss = disk.ios() % 2 == 0 ? Loss.TORN : Loss.NOTHING;
          FaultyDisk torn = disk.afterCrash(loss, new SplittableRandom(disk.ios()));
          boolean passed = false;
          for (long m = 1; !passed; m++) {
            FaultyDisk dying = torn.copy();
            dying.faultAt(m, Fault.CRASH);
            String when = where + ", I/O " + m + " of recovery";
            try {
              script.verify(dying);
            } catch (StorageException e) {
              at(when, () -> assertEquals(Kind.IO, e.kind()));
            }
            passed = !dying.isFaultMet();
            died[0] += passed ? 0 : 1;
            SplittableRandom random = new SplittableRandom(m);
            for (Loss second : new Loss[] {Loss.TORN, Loss.EVERYTHING}) {
              at(when + ", then " + second, () -> script.verify(dying.afterCrash(second, random)));
            }
          }
        });
    assertTrue(died[0] > 0, "recovery never writes");
  }

  @Test
  void aFlippedByteIsNamedOrHarmless() {
    for (long seed = 0; seed < SEEDS; seed++) {
      FaultyDisk disk = new FaultyDisk();
      FaultScript script = new FaultScript(this, disk, seed, 40);
      assertTrue(script.run(2, 6));
      SplittableRandom random = new SplittableRandom(seed);
      int named = 0;
      for (String name : disk.names()) {
        int size = disk.content(name).length;
        for (int offset = 0; offset < size; offset++) {
          FaultyDisk damaged = disk.copy();
          damaged.flip(name, offset, 1 << random.nextInt(8));
          named += openDamaged(script, damaged, name, "flip at " + name + ", " + offset) ? 1 : 0;
        }
      }
      assertTrue(named > 500, "only " + named + " flips were noticed");
    }
  }

  /** Opens after damage; true if that was refused, with file and offset and nothing changed. */
  private boolean openDamaged(FaultScript script, FaultyDisk damaged, String name, String where) {
    FaultyDisk before = damaged.copy();
    try {
      at(where, () -> script.verify(damaged));
      return false;
    } catch (AssertionError e) {
      if (!(e.getCause() instanceof StorageException why) || why.kind() != Kind.CORRUPT) {
        throw e;
      }
      at(
          where,
          () -> {
            assertTrue(why.getMessage().contains(name), why.getMessage());
            assertTrue(why.getMessage().contains("offset"), why.getMessage());
            assertEquals(before.names(), damaged.names());
            for (String file : before.names()) {
              assertArrayEquals(before.content(file), damaged.content(file), file + " was changed");
            }
          });
      return true;
    }
  }

  @Test
  void aFullDiskFailsWritesAndLosesNothing() {
    for (long seed = 0; seed < 30; seed++) {
      FaultyDisk disk = new FaultyDisk();
      disk.capacity(smallestCapacity() + seed * 512);
      FaultScript script = new FaultScript(this, disk, seed, MAX_BYTES);
      String where = "seed " + seed;
      at(
          where,
          () -> {
            assertFalse(script.run(1, 5000), "the disk did not fill up");
            assertEquals(Kind.FULL, script.failure().kind(), script.failure().getMessage());
            assertTrue(script.failure().getMessage().matches("(?s).*\\d+ bytes.*"));
            script.verify(disk.afterCrash(Loss.EVERYTHING, new SplittableRandom(1)));
            FaultyDisk larger = disk.afterCrash(Loss.TORN, new SplittableRandom(1));
            larger.capacity(Long.MAX_VALUE);
            script.goOn(larger);
          });
    }
  }

  @Test
  void theDiskFillsUpAtEachIo() {
    atEachIo(
        Fault.FULL,
        (disk, script, where) ->
            at(
                where,
                () -> {
                  FaultyDisk after = disk.afterCrash(Loss.EVERYTHING, new SplittableRandom(1));
                  script.goOn(after);
                }));
  }
}
