package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * A durable store whose process is killed with SIGKILL, again and again: what is reopened is the
 * state after one of the steps, not before the last that was acknowledged.
 */
public abstract class StateStoreKillContract {
  private static final int ROUNDS = 12;
  private static final long SEED = 20;

  /** Far more than a child needs; one that hangs is ended. */
  private static final long LIMIT_S = 90;

  @TempDir protected Path dir;

  /** A public class with a constructor without arguments. */
  protected abstract Class<? extends Function<Path, StateStorage>> factory();

  @Test
  void aKilledStoreHoldsAPrefixWithAllThatWasAcknowledged() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    long before = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long acknowledged = Math.max(before, killed(random));
      try (StateStorage storage = StateKillChild.storage(factory().getName(), dir);
          StateStore store = storage.open(StateStoreFixture.GROUP)) {
        assertTrue(store.applied() >= acknowledged, store.applied() + " lost of " + acknowledged);
        assertEquals(
            StateSteps.upTo(SEED, store.applied()).state(),
            StateSteps.drain(store.scan(Bytes.EMPTY, null), false),
            "round " + round);
        before = store.applied();
      }
    }
    assertTrue(before > ROUNDS, "nothing was written: " + before);
  }

  /** Runs the child, kills it somewhere after some steps; the last step it acknowledged. */
  private long killed(SplittableRandom random) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StateKillChild.class.getName(),
                factory().getName(),
                dir.toString(),
                Long.toString(SEED))
            .redirectError(new File(dir.toFile(), "child.err"))
            .start();
    CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS)
        .execute(() -> child.toHandle().destroyForcibly());
    long last = 0;
    try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
      int steps = random.nextInt(1, 60);
      String line;
      while ((line = out.readLine()) != null) {
        last = Long.parseLong(line);
        if (--steps == 0) {
          // Anywhere inside one of the next steps.
          LockSupport.parkNanos(random.nextLong(8_000_000));
          child.toHandle().destroyForcibly();
        }
      }
    } finally {
      child.toHandle().destroyForcibly();
    }
    assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    return last;
  }
}
