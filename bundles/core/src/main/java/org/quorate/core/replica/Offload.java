package org.quorate.core.replica;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs blocking work on a worker and goes on with its result on the group's loop, where it is called
 * as well. What was under way when it is closed ends by itself: {@link #released} says when.
 */
final class Offload {
  private final Executor loop;
  private final Executor workers;
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  /** Works whose result nobody has taken yet, and one more until it is closed. */
  private final AtomicInteger open = new AtomicInteger(1);

  private boolean closed;

  Offload(Executor loop, Executor workers) {
    this.loop = loop;
    this.workers = workers;
  }

  /** After this nothing begins and no result comes back; called once. */
  void close() {
    closed = true;
    left();
  }

  /** Complete when it is closed and no worker is at any of its works; from any thread. */
  CompletionStage<Void> released() {
    return released;
  }

  <T> void run(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed) {
    run(work, then, failed, result -> {});
  }

  /**
   * The same, of work whose result has to be given back.
   *
   * @param unclaimed takes it, on a worker, when it is closed before {@code then} is called
   */
  <T> void run(
      Supplier<T> work,
      Consumer<T> then,
      Consumer<RuntimeException> failed,
      Consumer<T> unclaimed) {
    if (closed) {
      return;
    }
    open.incrementAndGet();
    workers.execute(
        () -> {
          T result;
          try {
            result = work.get();
          } catch (RuntimeException e) {
            back(() -> failed.accept(e), () -> {});
            return;
          } catch (Error e) {
            left();
            throw e;
          }
          back(() -> then.accept(result), () -> unclaimed.accept(result));
        });
  }

  private void back(Runnable task, Runnable unclaimed) {
    loop.execute(
        () -> {
          if (closed) {
            workers.execute(() -> giveBack(unclaimed));
          } else {
            left();
            task.run();
          }
        });
  }

  private void giveBack(Runnable unclaimed) {
    try {
      unclaimed.run();
    } finally {
      left();
    }
  }

  private void left() {
    if (open.decrementAndGet() == 0) {
      released.complete(null);
    }
  }
}
