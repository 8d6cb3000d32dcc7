package org.quorate.tck.storage;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A group's loop that runs when the test says so, on the test's thread. */
public final class TestLoop implements Executor {
  private static final long LIMIT_S = 30;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Runnable drive;
  private long executed;

  public TestLoop() {
    this(() -> {});
  }

  /** With something that makes a store without threads do what it was asked. */
  public TestLoop(Runnable drive) {
    this.drive = drive;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Tasks run so far. */
  public long executed() {
    return executed;
  }

  /** Runs what is there. */
  public void runAll() {
    drive.run();
    for (Runnable task; (task = tasks.poll()) != null; ) {
      executed++;
      task.run();
    }
  }

  /** Runs tasks until the condition holds; fails the test after a long time without one. */
  public void runUntil(BooleanSupplier condition) {
    drive.run();
    while (!condition.getAsBoolean()) {
      try {
        Runnable task = tasks.poll(LIMIT_S, TimeUnit.SECONDS);
        if (task == null) {
          throw new AssertionError("nothing came for " + LIMIT_S + " s");
        }
        executed++;
        task.run();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
