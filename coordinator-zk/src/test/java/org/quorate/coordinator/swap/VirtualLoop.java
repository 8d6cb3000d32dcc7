package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** A loop whose time the test makes pass, on the test's thread. Tasks may come from any thread. */
final class VirtualLoop implements ServiceLoop {
  private static final long PATIENCE_S = 60;

  private record Task(long atMs, long number, Runnable work) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(atMs, other.atMs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(); // guarded by this
  private long numbers; // guarded by this
  private volatile long nowMs = 1_000_000;

  @Override
  public long nowMs() {
    return nowMs;
  }

  @Override
  public long wallMs() {
    return nowMs;
  }

  @Override
  public void execute(Runnable task) {
    after(0, task);
  }

  @Override
  public synchronized void after(long delayMs, Runnable task) {
    tasks.add(new Task(nowMs + Math.max(0, delayMs), numbers++, task));
  }

  /** Lets time pass, and all that is due in it happen in order. */
  void pass(long ms) {
    long until = nowMs + ms;
    for (Task next = due(until); next != null; next = due(until)) {
      nowMs = Math.max(nowMs, next.atMs());
      next.work().run();
    }
    nowMs = until;
  }

  private synchronized Task due(long untilMs) {
    Task first = tasks.peek();
    return first != null && first.atMs() <= untilMs ? tasks.poll() : null;
  }

  /** Does what is due now until something is so that others bring about. */
  void until(String what, BooleanSupplier isSo) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!isSo.getAsBoolean()) {
      List<Runnable> now = new ArrayList<>();
      for (Task next = due(nowMs); next != null; next = due(nowMs)) {
        now.add(next.work());
      }
      now.forEach(Runnable::run);
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE_S + " s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
