package org.quorate.simulator.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * One run of a node's process: what it has scheduled is gone when it is killed, and waits while it
 * is frozen (as by SIGSTOP or a long collection).
 */
public final class Process {
  private final EventQueue queue;
  private final Rng rng;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final long workerMeanUs;
  private long loopUs;
  private boolean alive = true;
  private boolean frozen;

  /**
   * Starts.
   *
   * @param workerMeanUs mean time until a worker takes up a task, microseconds
   */
  public Process(EventQueue queue, Rng rng, long workerMeanUs) {
    this.queue = queue;
    this.rng = rng;
    this.workerMeanUs = workerMeanUs;
  }

  public boolean alive() {
    return alive;
  }

  public boolean frozen() {
    return frozen;
  }

  /** Kills it: nothing of it runs any more. */
  public void kill() {
    alive = false;
    held.clear();
  }

  public void freeze() {
    frozen = true;
  }

  /** Runs what has waited, in order. */
  public void thaw() {
    frozen = false;
    int waiting = held.size();
    for (int i = 0; i < waiting; i++) {
      loop(held.poll());
    }
  }

  /** The single-threaded loop of the group: in order, a moment later. */
  public Executor loop() {
    return this::loop;
  }

  private void loop(Runnable task) {
    loopUs = Math.max(loopUs, queue.nowUs() + rng.between(1, 20));
    queue.at(loopUs, () -> run(task));
  }

  /** Workers: any order, a random while later. */
  public Executor workers() {
    return task -> queue.after(1 + rng.around(workerMeanUs), () -> run(task));
  }

  /** Runs a task of this process now, or when it thaws, or never. */
  public void run(Runnable task) {
    if (!alive) {
      return;
    }
    if (frozen) {
      held.add(task);
      return;
    }
    task.run();
  }
}
