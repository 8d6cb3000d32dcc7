package org.quorate.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Runs many seeds on several threads, one simulation per thread at a time. */
public final class SimulationRunner {
  private final Subject subject;
  private final SimulationOptions options;
  private final boolean stopAtFirstFailure;

  /**
   * A runner.
   *
   * @param stopAtFirstFailure whether no further seed is begun after one failed
   */
  public SimulationRunner(Subject subject, SimulationOptions options, boolean stopAtFirstFailure) {
    this.subject = subject;
    this.options = options;
    this.stopAtFirstFailure = stopAtFirstFailure;
  }

  /**
   * Runs the seeds from {@code first} to {@code last}, both included; blocks.
   *
   * @param listener told of each seed's result, one at a time, from any of the threads
   */
  public SimulationReport run(
      long first, long last, int threads, Consumer<SimulationResult> listener) {
    SimulationReport report = new SimulationReport(subject.strategy().name());
    AtomicLong next = new AtomicLong(first);
    AtomicBoolean stop = new AtomicBoolean();
    long startedNs = System.nanoTime();
    Runnable work =
        () -> {
          for (long seed = next.getAndIncrement();
              seed <= last && !stop.get();
              seed = next.getAndIncrement()) {
            SimulationResult result = new Simulation(seed, subject, options).run();
            synchronized (report) {
              report.add(result);
              listener.accept(result);
            }
            stop.compareAndSet(false, stopAtFirstFailure && !result.passed());
          }
        };
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread helper = new Thread(work, "simulation-" + i);
      helper.start();
      helpers.add(helper);
    }
    work.run();
    for (Thread helper : helpers) {
      join(helper);
    }
    report.took(System.nanoTime() - startedNs);
    return report;
  }

  private static void join(Thread helper) {
    boolean interrupted = false;
    while (helper.isAlive()) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
