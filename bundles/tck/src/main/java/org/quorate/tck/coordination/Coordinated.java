package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;

/** What the parts of {@link CoordinatorContract} have in common. */
interface Coordinated {
  /** How long anything may take before a test fails: no test depends on a fast machine. */
  long PATIENCE_MS = 60_000;

  /** A TTL that no test lets pass unless it wants to. */
  long LONG_TTL_MS = 30_000;

  /** A TTL that tests wait for. */
  long SHORT_TTL_MS = 1_500;

  CoordinatorFixture fixture();

  /** A client that is closed after the test. */
  Coordinator open(String client) throws Exception;

  /** A path that no other test uses. */
  String path();

  static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + PATIENCE_MS + " ms", e);
    }
  }

  static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + ": not within " + PATIENCE_MS + " ms");
      }
      Thread.sleep(5);
    }
  }

  static void assertFails(Code code, CompletionStage<?> stage) {
    CoordinationException failure =
        assertThrows(CoordinationException.class, () -> await(stage), "was to fail with " + code);
    assertEquals(code, failure.code(), failure.getMessage());
  }

  static void assertRefused(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(CoordinationException.class, call).code());
  }

  static Bytes text(String text) {
    return Bytes.utf8(text);
  }

  static CoordinatorSession session(Coordinator client, String name) throws Exception {
    return await(client.openSession(SessionSpec.of(name, LONG_TTL_MS)));
  }

  static HeldLock locked(CoordinatorSession session, String name) throws Exception {
    return await(session.lock(LockSpec.queued(name, "a test", PATIENCE_MS))).orThrow();
  }
}
