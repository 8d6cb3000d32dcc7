package org.quorate.runtime.coordination;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;

/** One user of several of a coordinator on ZooKeeper gives it up. */
@Timeout(value = 120, unit = SECONDS)
class SharedCoordinatorTest {
  @TempDir Path folder;

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private static void untilTheOnlyOne(Coordinator of, CoordinatorSession left) throws Exception {
    List<Long> wanted = List.of(left.id());
    long deadline = System.nanoTime() + SECONDS.toNanos(60);
    List<Long> found = List.of();
    while (!found.equals(wanted)) {
      assertTrue(System.nanoTime() < deadline, found + " are there yet, not " + wanted);
      TimeUnit.MILLISECONDS.sleep(20);
      found = await(of.sessions()).stream().map(SessionInfo::id).toList();
    }
  }

  @Test
  void whoAbandonsItsPartDoesNotKeepItsSessionsAlive() throws Exception {
    Options options = new Options(Map.of("coordinator.zk.dir", folder.toString()));
    try (Coordinator shared = await(new ZooKeeperProvider().open("node", 1, options))) {
      CompletableFuture<Void> released = new CompletableFuture<>();
      SharedCoordinator goes = new SharedCoordinator(shared, () -> released);
      SharedCoordinator stays = new SharedCoordinator(shared, () -> released);
      CoordinatorSession other = await(stays.openSession(SessionSpec.of("stays", 60_000)));
      CoordinatorSession session = await(goes.openSession(SessionSpec.of("goes", 1_000)));
      HeldLock lock = await(session.lock(LockSpec.tried("held", "a test"))).orThrow();
      await(other.lock(LockSpec.tried("other", "a test"))).orThrow();
      var waits = session.lock(LockSpec.queued("other", "a test", 60_000));
      CompletionStage<Void> abandoned = goes.abandon();
      assertEquals(SessionEnd.DETACHED, await(session.ended()));
      assertEquals(HeldLock.Loss.SESSION_ENDED, await(lock.lost()));
      ExecutionException told = assertThrows(ExecutionException.class, () -> await(waits));
      assertEquals(Code.CLOSED, ((CoordinationException) told.getCause()).code());
      assertFalse(abandoned.toCompletableFuture().isDone(), "before it is released");
      released.complete(null);
      await(abandoned);
      CoordinatorSession again = await(stays.resume(session.id(), session.secret(), false));
      assertEquals(session.id(), again.id());
      untilTheOnlyOne(stays, other); // its TTL is over: nobody keeps it alive
      assertFalse(other.ended().toCompletableFuture().isDone());
      assertTrue(await(await(other.lock(LockSpec.tried("held", "a test"))).orThrow().release()));
    }
  }
}
