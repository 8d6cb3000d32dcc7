package org.quorate.raft;

/** Replication messages on the way to one peer: bounded in count and in bytes. */
final class Inflights {
  private final int maxCount;
  private final long maxBytes;
  private long[] lasts = new long[8]; // index of the last entry of each message
  private long[] sizes = new long[8];
  private int head;
  private int count;
  private long bytes;

  Inflights(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** Bytes that may still be sent; 0 when full. */
  long room() {
    return count >= maxCount ? 0 : Math.max(0, maxBytes - bytes);
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(long last, long size) {
    if (count == lasts.length) {
      grow();
    }
    int slot = head + count & lasts.length - 1;
    lasts[slot] = last;
    sizes[slot] = size;
    count++;
    bytes += size;
  }

  private void grow() {
    long[] moreLasts = new long[lasts.length * 2];
    long[] moreSizes = new long[lasts.length * 2];
    for (int i = 0; i < count; i++) {
      moreLasts[i] = lasts[head + i & lasts.length - 1];
      moreSizes[i] = sizes[head + i & lasts.length - 1];
    }
    lasts = moreLasts;
    sizes = moreSizes;
    head = 0;
  }

  /** What ends at or before the index has arrived. */
  void freeTo(long index) {
    while (count > 0 && lasts[head] <= index) {
      bytes -= sizes[head];
      head = head + 1 & lasts.length - 1;
      count--;
    }
  }

  void clear() {
    head = 0;
    count = 0;
    bytes = 0;
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }
}
