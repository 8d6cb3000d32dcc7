package org.quorate.failover;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.Lease;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.quorate.spi.failover.FailoverException;

/** The registry's loop, on which errors of the coordinator have the registry's names. */
final class Loop implements Executor {
  private final ServiceLoop on;

  Loop(ServiceLoop on) {
    this.on = on;
  }

  @Override
  public void execute(Runnable task) {
    on.execute(task);
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
