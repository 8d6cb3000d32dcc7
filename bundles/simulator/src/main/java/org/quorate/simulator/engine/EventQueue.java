package org.quorate.simulator.engine;

import java.util.Arrays;

/**
 * The only thing that makes anything happen in a simulation: tasks in the order of their virtual
 * time, ties in the order they were put in. Not thread-safe; one per simulation.
 */
public final class EventQueue {
  private long[] times = new long[1024];
  private long[] orders = new long[1024];
  private Runnable[] tasks = new Runnable[1024];
  private int size;
  private long nowUs;
  private long order;

  /** Virtual time, microseconds since the simulation began. */
  public long nowUs() {
    return nowUs;
  }

  /** Tasks that wait. */
  public int size() {
    return size;
  }

  /** Runs a task after so many microseconds of virtual time. */
  public void after(long delayUs, Runnable task) {
    at(nowUs + Math.max(0, delayUs), task);
  }

  /** Runs a task at a time that is not in the past. */
  public void at(long timeUs, Runnable task) {
    if (timeUs < nowUs) {
      throw new IllegalArgumentException(timeUs + " is before " + nowUs);
    }
    if (size == tasks.length) {
      times = Arrays.copyOf(times, size * 2);
      orders = Arrays.copyOf(orders, size * 2);
      tasks = Arrays.copyOf(tasks, size * 2);
    }
    siftUp(size++, timeUs, order++, task);
  }

  /** Runs the earliest task; false when there is none. */
  public boolean runNext() {
    if (size == 0) {
      return false;
    }
    nowUs = times[0];
    final Runnable task = tasks[0];
    size--;
    long time = times[size];
    long o = orders[size];
    Runnable last = tasks[size];
    tasks[size] = null;
    if (size > 0) {
      siftDown(time, o, last);
    }
    task.run();
    return true;
  }

  private void siftUp(int from, long time, long o, Runnable task) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!before(time, o, times[parent], orders[parent])) {
        break;
      }
      set(i, times[parent], orders[parent], tasks[parent]);
      i = parent;
    }
    set(i, time, o, task);
  }

  private void siftDown(long time, long o, Runnable task) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && before(times[child + 1], orders[child + 1], times[child], orders[child])) {
        child++;
      }
      if (!before(times[child], orders[child], time, o)) {
        break;
      }
      set(i, times[child], orders[child], tasks[child]);
      i = child;
    }
    set(i, time, o, task);
  }

  private void set(int i, long time, long o, Runnable task) {
    times[i] = time;
    orders[i] = o;
    tasks[i] = task;
  }

  private static boolean before(long t1, long o1, long t2, long o2) {
    return t1 < t2 || t1 == t2 && o1 < o2;
  }
}
