package org.quorate.storage.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The writer as tasks of somebody's executor: a journal without a thread of its own. */
final class TaskDrive implements Drive {
  private final Executor tasks;
  private Journal journal;
  private boolean scheduled;

  /**
   * A drive.
   *
   * @param tasks runs one task at a time, later than it is given it
   */
  TaskDrive(Executor tasks) {
    this.tasks = tasks;
  }

  @Override
  public Executor background() {
    return Runnable::run;
  }

  @Override
  public void start(Journal started) {
    journal = started;
  }

  @Override
  public void wake() {
    if (!scheduled) {
      scheduled = true;
      tasks.execute(this::turn);
    }
  }

  private void turn() {
    scheduled = false;
    journal.turn();
    if (journal.hasWork()) {
      wake();
    }
  }

  @Override
  public void await(CompletableFuture<Void> done) {
    runAll();
    done.join();
  }

  @Override
  public void stop() {
    runAll();
  }

  private void runAll() {
    while (journal != null && journal.turn()) {
      // until there is nothing left to do
    }
  }
}
