package org.quorate.spi.coordination.kit;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A loop on a thread of its own, which does not keep the process alive. */
public final class LoopThread implements ServiceLoop, AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  /** Starts it, with a name for people. */
  public LoopThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              // The one of whoever called first would be kept for as long as the thread lives.
              thread.setContextClassLoader(null);
              return thread;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    after(0, task);
  }

  @Override
  public void after(long delayMs, Runnable task) {
    try {
      executor.schedule(() -> run(task), Math.max(0, delayMs), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // It is closed: nothing of its service happens any more.
    }
  }

  /** What a task throws is a defect: it is told, and the next task runs all the same. */
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  @Override
  public long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public long wallMs() {
    return System.currentTimeMillis();
  }

  /** Ends it: tasks that wait are dropped. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
