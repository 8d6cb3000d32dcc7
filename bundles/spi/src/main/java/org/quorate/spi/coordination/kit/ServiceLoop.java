package org.quorate.spi.coordination.kit;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/** What a service runs on: one task at a time, in order. */
public interface ServiceLoop extends Executor {
  /** Milliseconds of a clock that never goes back. */
  long nowMs();

  /** Milliseconds since 1970; only to be shown. */
  long wallMs();

  /** Runs a task in so many milliseconds. */
  void after(long delayMs, Runnable task);

  /** Takes what becomes of a stage to the loop; one of value and error is null, or both are. */
  default <T> void then(CompletionStage<T> stage, BiConsumer<T, Throwable> done) {
    stage.whenComplete((value, e) -> execute(() -> done.accept(value, e)));
  }
}
