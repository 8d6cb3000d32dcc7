package org.quorate.simulator.engine;

import java.util.Arrays;

/**
 * The only thing that makes anything happen in a simulation: tasks in the order of their virtual
 * time, ties in the order they were put in. Not thread-safe; one per simulation.
 */
public final class EventQueue {
  private static final int ORDER_BITS = 24;

  // A binary heap. A key is the time and, in its low bits, the order: one comparison decides. Tasks
  // stay in their slots while the heap moves, so that moving writes no references.
  private long[] keys = new long[1024];
  private int[] slots = new int[1024];
  private Runnable[] tasks = new Runnable[1024];
  private int[] free = new int[1024];
  private int size;
  private long nowUs;
  private long order;

  public EventQueue() {
    freeFrom(0);
  }

  private void freeFrom(int first) {
    for (int i = first; i < free.length; i++) {
      free[i] = i;
    }
  }

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

  /**
   * Runs a task at a time that is not in the past.
   *
   * @throws IllegalStateException after 2^24 tasks: no simulation that ends has as many
   */
  public void at(long timeUs, Runnable task) {
    if (timeUs < nowUs) {
      throw new IllegalArgumentException(timeUs + " is before " + nowUs);
    }
    if (order >>> ORDER_BITS != 0) {
      throw new IllegalStateException("more than " + order + " tasks");
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      slots = Arrays.copyOf(slots, size * 2);
      tasks = Arrays.copyOf(tasks, size * 2);
      free = Arrays.copyOf(free, size * 2);
      freeFrom(size);
    }
    int slot = free[size];
    tasks[slot] = task;
    siftUp(size++, timeUs << ORDER_BITS | order++, slot);
  }

  /** Runs the earliest task; false when there is none. */
  public boolean runNext() {
    if (size == 0) {
      return false;
    }
    nowUs = keys[0] >>> ORDER_BITS;
    int slot = slots[0];
    final Runnable task = tasks[slot];
    tasks[slot] = null;
    size--;
    free[size] = slot;
    if (size > 0) {
      siftDown(keys[size], slots[size]);
    }
    task.run();
    return true;
  }

  private void siftUp(int from, long key, int slot) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (key > keys[parent]) {
        break;
      }
      keys[i] = keys[parent];
      slots[i] = slots[parent];
      i = parent;
    }
    keys[i] = key;
    slots[i] = slot;
  }

  private void siftDown(long key, int slot) {
    int i = 0;
    for (int child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (keys[child] > key) {
        break;
      }
      keys[i] = keys[child];
      slots[i] = slots[child];
      i = child;
    }
    keys[i] = key;
    slots[i] = slot;
  }
}
