package org.quorate.storage.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What makes the journal's writer go: a thread, or a test's own. */
interface Drive {
  /** Prepares segments ahead. */
  Executor background();

  /** Begins to call {@link Journal#turn()}. */
  void start(Journal journal);

  /** There is something to do. */
  void wake();

  /** Returns when the writer has come to it. */
  void await(CompletableFuture<Void> done);

  /** Returns when the writer has stopped for good. */
  void stop();
}
