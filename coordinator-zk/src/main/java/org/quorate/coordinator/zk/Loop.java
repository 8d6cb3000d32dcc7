package org.quorate.coordinator.zk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a coordinator. A defect in what is done there is in the log and ends nothing else.
 * Any thread may hand work in; once it is stopped, nobody is left for whom it would be done.
 */
final class Loop implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  private final String client;
  private final Supplier<CoordinationException> refusal;
  private final Runnable afterDefect;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Ensemble::daemon);

  /**
   * Makes one.
   *
   * @param refusal why {@link #call} begins nothing any more, or null
   * @param afterDefect is run on the thread
   */
  Loop(String client, Supplier<CoordinationException> refusal, Runnable afterDefect) {
    this.client = client;
    this.refusal = refusal;
    this.afterDefect = afterDefect;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable work) {
    later(work, 0);
  }

  void later(Runnable work, long afterMs) {
    try {
      thread.schedule(guarded(work), afterMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopped) {
      return;
    }
  }

  void every(Runnable work, long periodMs) {
    thread.scheduleWithFixedDelay(guarded(work), periodMs, periodMs, TimeUnit.MILLISECONDS);
  }

  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        LOG.error("coordinator {}: a defect", client, e);
        afterDefect.run();
      }
    };
  }

  /** Does something on the thread; its answer always comes. */
  <T> CompletableFuture<T> call(Supplier<? extends CompletionStage<T>> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (isRefused(answer)) {
      return answer;
    }
    try {
      thread.execute(() -> begin(work, answer));
    } catch (RejectedExecutionException stopped) {
      isRefused(answer); // it was closed just now
    }
    return answer;
  }

  private boolean isRefused(CompletableFuture<?> answer) {
    CoordinationException refused = refusal.get();
    return refused != null && answer.completeExceptionally(refused);
  }

  private <T> void begin(Supplier<? extends CompletionStage<T>> work, CompletableFuture<T> answer) {
    if (isRefused(answer)) {
      return;
    }
    try {
      work.get()
          .whenComplete(
              (value, problem) -> {
                if (problem == null) {
                  answer.complete(value);
                } else {
                  answer.completeExceptionally(problem);
                }
              });
    } catch (CoordinationException e) {
      answer.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(
          new CoordinationException(Code.INVALID, "the arguments make no sense: " + e, e));
    }
  }

  /** What may fail in any way. */
  interface Blocking {
    void run() throws Exception;
  }

  /** Does what blocks on a thread of its own; the loop hears of it if it fails. */
  void background(Blocking work, Runnable failed) {
    Ensemble.daemon(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                if (refusal.get() == null) {
                  LOG.warn("coordinator {}: snapshot: {}", client, e.toString());
                }
                execute(failed);
              }
            })
        .start();
  }

  /** What was handed in is still done; what was to be done later is not. */
  void stop() {
    thread.shutdown();
  }
}
