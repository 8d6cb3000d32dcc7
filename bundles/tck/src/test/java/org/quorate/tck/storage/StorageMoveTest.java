package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.quorate.core.storage.StorageMove.Phase;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.tck.storage.MovedReplica.What;

/** A replica moves to other storages while it is written to, and everything goes wrong once. */
@Execution(ExecutionMode.CONCURRENT)
class StorageMoveTest {
  private static final int SEEDS = 12;

  /** One that has moved without trouble; it tells how many steps that takes. */
  private static MovedReplica undisturbed(long seed, What what) {
    MovedReplica replica = new MovedReplica(seed, what);
    replica.run();
    return replica;
  }

  @Test
  void afterACrashAtAnyStepOneStorageHasAllThatWasPromised() {
    for (What what : What.values()) {
      Set<Phase> crashedIn = EnumSet.noneOf(Phase.class);
      for (long seed = 1; seed <= SEEDS; seed++) {
        int steps = undisturbed(seed, what).steps();
        for (int step = 1; step <= steps; step++) {
          MovedReplica replica = new MovedReplica(seed, what);
          replica.cutAt(step);
          replica.run();
          crashedIn.add(replica.phase());
          replica.crash();
          replica.verify(
              what + ", seed " + seed + ", crash at step " + step + " in " + replica.phase());
        }
      }
      assertTrue(
          crashedIn.containsAll(EnumSet.of(Phase.PREPARING, Phase.SWITCHING, Phase.CLEANING)));
    }
  }

  @Test
  void withoutTroubleItEndsInTheOtherStorage() {
    for (What what : What.values()) {
      for (long seed = 1; seed <= 100; seed++) {
        MovedReplica replica = undisturbed(seed, what);
        String context = what + ", seed " + seed;
        assertEquals(Phase.DONE, replica.phase(), context + ": " + replica.why());
        assertEquals("", replica.why());
        assertTrue(replica.movedAndOldIsEmpty(), context);
        replica.crash();
        replica.verify(context);
      }
    }
  }

  @Test
  void aFailureOfTheNewStorageEndsTheMoveOrTheProcessAndLosesNothing() {
    int aborted = 0;
    int failed = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.BOTH).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.BOTH);
        replica.breakNewStorageAt(step, step % 2 == 0 ? Kind.IO : Kind.FULL);
        replica.run();
        String context = "seed " + seed + ", new storage breaks at step " + step;
        if (replica.failed()) {
          failed++;
        } else if (replica.phase() == Phase.ABORTED) {
          aborted++;
          assertTrue(replica.newIsEmpty(), context);
        } else {
          assertEquals(Phase.DONE, replica.phase(), context);
        }
        replica.crash();
        replica.verify(context + ": " + replica.phase() + " " + replica.why());
      }
    }
    assertTrue(aborted > 100, "aborted " + aborted);
    assertTrue(failed > 0, "failed " + failed);
  }

  /** What the copying meets is the move's trouble, and it says so at once. */
  @Test
  void aReadThatFailsInTheOldStorageEndsTheMove() {
    int aborted = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.LOG).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.LOG);
        replica.unreadableAt(step);
        replica.run();
        String context = "seed " + seed + ", old storage unreadable from step " + step;
        if (replica.phase() == Phase.ABORTED) {
          aborted++;
          assertTrue(replica.why().contains("read error"), context + ": " + replica.why());
        } else {
          assertEquals(Phase.DONE, replica.phase(), context);
        }
        replica.crash();
        replica.verify(context);
      }
    }
    assertTrue(aborted > 0, "no read was met");
  }

  /** Who knows that its log is damaged goes on with nothing: the replica stops and says what it is. */
  @Test
  void aReplicaWhoseLogIsFoundDamagedStops() {
    int stopped = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.LOG).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.LOG);
        replica.damagedAt(step);
        replica.run();
        String context = "seed " + seed + ", damaged at step " + step + ": " + replica.why();
        if (replica.failed()) {
          stopped++;
          assertTrue(replica.why().contains("checksum does not match"), context);
        } else {
          assertTrue(replica.why().isEmpty() || replica.why().contains("closed before"), context);
        }
      }
    }
    assertTrue(stopped > 0, "no damage was met");
  }

  @Test
  void aMoveThatIsGivenUpAtAnyStepLeavesTheReplicaWhereItWas() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.BOTH).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.BOTH);
        replica.abortAt(step);
        replica.run();
        String context = "seed " + seed + ", given up at step " + step;
        assertTrue(replica.phase().ended(), context);
        assertTrue(
            replica.phase() == Phase.ABORTED ? replica.newIsEmpty() : replica.movedAndOldIsEmpty(),
            context);
        replica.crash();
        replica.verify(context);
      }
    }
  }

  /** Raft seeds 28378, 30471, 38673, 48258, 48262, 49540, 72220 and 98673. */
  @Test
  void aLinkThatIsRetiredAtAnyStepIsDeletedOnBothSides() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.LOG).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.LOG);
        replica.retireAt(step);
        replica.run();
        String context = "seed " + seed + ", retired at step " + step;
        assertEquals(Phase.DONE, replica.phase(), context + ": " + replica.why());
        assertTrue(replica.movedAndOldIsEmpty(), context);
        replica.crash();
        replica.verify(context);
      }
    }
  }

  @Test
  void aReplicaThatIsClosedAtAnyStepFindsEverythingAgain() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      int steps = undisturbed(seed, What.BOTH).steps();
      for (int step = 1; step <= steps; step++) {
        MovedReplica replica = new MovedReplica(seed, What.BOTH);
        replica.closeAt(step);
        replica.run();
        replica.verify("seed " + seed + ", closed at step " + step);
      }
    }
  }
}
