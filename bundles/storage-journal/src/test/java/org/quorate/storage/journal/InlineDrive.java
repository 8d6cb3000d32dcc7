package org.quorate.storage.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Runs the writer on the test's thread, when it is waited for or told to. */
final class InlineDrive implements Drive {
  private Journal journal;

  @Override
  public Executor background() {
    return Runnable::run;
  }

  @Override
  public void start(Journal started) {
    journal = started;
  }

  @Override
  public void wake() {}

  /** Nothing came for a while. */
  void idle() {
    journal.attest();
  }

  void runAll() {
    if (journal != null) {
      while (journal.turn()) {
        // until there is nothing left to do
      }
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
}
