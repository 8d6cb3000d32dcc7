package org.quorate.core.replica;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs blocking work on a worker and goes on with its result on the group's loop. */
final class Offload {
  private final ReplicaEnvironment environment;
  private boolean closed;

  Offload(ReplicaEnvironment environment) {
    this.environment = environment;
  }

  /** After this no result comes back. */
  void close() {
    closed = true;
  }

  <T> void run(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed) {
    environment
        .workers()
        .execute(
            () -> {
              T result;
              try {
                result = work.get();
              } catch (RuntimeException e) {
                back(() -> failed.accept(e));
                return;
              }
              back(() -> then.accept(result));
            });
  }

  private void back(Runnable task) {
    environment
        .loop()
        .execute(
            () -> {
              if (!closed) {
                task.run();
              }
            });
  }
}
