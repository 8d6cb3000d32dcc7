package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.NodeId;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The native coordinator on a group of raft, as bundles of a node have it, whoever leads. */
class RaftCoordinatorTest extends CoordinatorContract {
  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ClusterFixture(folder, "raft", NodeId.of("n3"));
  }

  /** Deleted keys are walked over by whoever asks next: their number must not grow with use. */
  @Test
  void aLockThatIsHandedOverAgainAndAgainLeavesNoMoreKeysThanClaimants() throws Exception {
    String name = path() + "/lock";
    List<CoordinatorSession> sessions = new ArrayList<>();
    List<HeldLock> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sessions.add(
          open("client " + i)
              .openSession(SessionSpec.of("in line", 30_000))
              .toCompletableFuture()
              .get(60, SECONDS));
    }
    CompletableFuture<LockOutcome> next = ask(sessions.get(0), name);
    for (int i = 1; i <= 30; i++) {
      HeldLock lock = next.get(60, SECONDS).orThrow();
      held.forEach(before -> assertTrue(lock.token().compareTo(before.token()) > 0));
      held.add(lock);
      next = ask(sessions.get(i % 3), name);
      assertTrue(lock.release().toCompletableFuture().get(60, SECONDS));
    }
    next.get(60, SECONDS).orThrow();
    long keys = ((ClusterFixture) fixture()).keysEver("coord/l/" + name);
    assertTrue(keys <= 3, keys + " keys for three claimants");
  }

  private static CompletableFuture<LockOutcome> ask(CoordinatorSession session, String name) {
    return session.lock(LockSpec.queued(name, "again", 60_000)).toCompletableFuture();
  }
}
