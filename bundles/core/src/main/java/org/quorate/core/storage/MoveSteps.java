package org.quorate.core.storage;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** What the parts of a {@link StorageMove} ask of it; on the loop. */
interface MoveSteps {
  /**
   * Runs what blocks on a worker, and goes on with its result.
   *
   * @param what has broken if it fails, which ends the move
   */
  <T> void work(String what, Supplier<T> task, Consumer<T> then);

  /** Names what the move waits for. */
  void await(String what);

  /** Whether it is neither given up nor cancelled. */
  boolean goOn();

  /** A storage broke. */
  void broke(String what, RuntimeException why);

  /** The storage that the replica is on was found damaged: the replica has to stop. */
  void damaged(String what, RuntimeException why);

  /** Asks for a checkpoint: links that have ended are deleted after one. */
  void checkpoint();
}
