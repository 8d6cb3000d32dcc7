package org.quorate.failover;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.Lease;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;

/** The registry's loop, on which errors of the coordinator have the registry's names. */
final class Loop implements Executor {
  private final ServiceLoop on;
  private final Map<CompletableFuture<?>, Code> awaited = new LinkedHashMap<>();
  private boolean closed;

  Loop(ServiceLoop on) {
    this.on = on;
  }

  @Override
  public void execute(Runnable task) {
    on.execute(task);
  }

  /**
   * Runs what completes a stage, sooner or later. A stage that is not complete when the loop is closed
   * fails then, one that comes later at once: who waits is told in any case.
   *
   * @param whenClosed as what it fails
   */
  <T> CompletableFuture<T> complete(CompletableFuture<T> stage, Code whenClosed, Runnable how) {
    boolean late;
    synchronized (awaited) {
      late = closed;
      if (!late) {
        awaited.put(stage, whenClosed);
      }
    }
    if (late) {
      fail(stage, whenClosed);
      return stage;
    }
    stage.whenComplete(
        (value, e) -> {
          synchronized (awaited) {
            awaited.remove(stage);
          }
        });
    execute(how);
    return stage;
  }

  /** Nothing is awaited any more. */
  void close() {
    Map<CompletableFuture<?>, Code> left;
    synchronized (awaited) {
      closed = true;
      left = new LinkedHashMap<>(awaited);
    }
    left.forEach(Loop::fail);
  }

  private static void fail(CompletableFuture<?> stage, Code code) {
    stage.completeExceptionally(new FailoverException(code, "the registry of this node is closed"));
  }

  long nowMs() {
    return on.nowMs();
  }

  long wallMs() {
    return on.wallMs();
  }

  void after(long delayMs, Runnable task) {
    on.after(delayMs, task);
  }

  /** A lease on it. */
  Lease lease(Coordinator coordinator, String name, Settings settings, Lease.Listener listener) {
    return new Lease(coordinator, on, name, settings.heartbeatMs(), settings.leaseMs(), listener);
  }

  /** As {@link ServiceLoop#then}. */
  <T> void then(CompletionStage<T> stage, BiConsumer<T, FailoverException> done) {
    on.then(stage, (value, e) -> done.accept(value, Errors.of(e)));
  }
}
