package org.quorate.tck.virtual;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;

/** Coordination servers and processes that use them, in virtual time; one per test. */
public class VirtualWorld {
  public final EventQueue queue = new EventQueue();
  public final Rng rng;
  public final VirtualServers servers = new VirtualServers(queue);

  /** How likely a request, or its answer, is lost. */
  public double loss;

  protected VirtualWorld(long seed) {
    this.rng = new Rng(seed);
  }

  /** Runs for so long. */
  public void run(long ms) {
    long until = queue.nowUs() + ms * 1000;
    boolean[] over = new boolean[1];
    queue.at(until, () -> over[0] = true);
    while (!over[0]) {
      queue.runNext();
    }
  }

  /** Runs until something holds; fails when it does not in time. */
  public void until(String what, long limitMs, BooleanSupplier holds) {
    long end = queue.nowUs() + limitMs * 1000;
    while (!holds.getAsBoolean()) {
      assertTrue(queue.nowUs() < end, () -> what + " after " + limitMs + " ms: " + this);
      queue.runNext();
    }
  }

  /** What a stage completes with. */
  public <T> T get(CompletionStage<T> stage) {
    return ended(stage).join();
  }

  /** How a stage fails. */
  public Throwable refusal(CompletionStage<?> stage) {
    CompletableFuture<?> future = ended(stage);
    assertTrue(future.isCompletedExceptionally(), "it was not refused");
    return future.handle((v, e) -> e).join();
  }

  private <T> CompletableFuture<T> ended(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    until("no answer", 60_000, future::isDone);
    return future;
  }
}
