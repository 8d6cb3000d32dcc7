package org.quorate.cli.swap;

import java.util.Arrays;

/** When acknowledgements came, by {@link System#nanoTime}. Thread-safe. */
public final class AckLog {
  private long[] times = new long[1 << 16];
  private int size;

  /** An acknowledgement came now. */
  public synchronized void add() {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
    }
    times[size++] = System.nanoTime();
  }

  /** How many came from {@code fromNs} on and before {@code toNs}. */
  public synchronized int count(long fromNs, long toNs) {
    return first(toNs) - first(fromNs);
  }

  /** Milliseconds since the last one; 0 while there is none. */
  public synchronized double sinceLast(long nowNs) {
    return size == 0 ? 0 : Math.max(0, (nowNs - times[size - 1]) / 1e6);
  }

  /** All that came. */
  public synchronized int size() {
    return size;
  }

  /**
   * The longest time without one.
   *
   * @param beganNs of the last one before it
   */
  public record Gap(long beganNs, long endedNs) {
    public double millis() {
      return (endedNs - beganNs) / 1e6;
    }
  }

  /** The longest time without one that lies in an interval, in whole or in part. */
  public synchronized Gap longestGap(long fromNs, long toNs) {
    int at = Math.max(0, first(fromNs) - 1);
    Gap longest = new Gap(fromNs, fromNs);
    for (int i = at + 1; i < size && times[i - 1] - toNs < 0; i++) {
      if (times[i] - times[i - 1] > longest.endedNs() - longest.beganNs()) {
        longest = new Gap(times[i - 1], times[i]);
      }
    }
    return longest;
  }

  /** Index of the first one at or after a time. */
  private int first(long ns) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] - ns < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
