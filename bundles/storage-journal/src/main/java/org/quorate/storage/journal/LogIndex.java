package org.quorate.storage.journal;

import java.util.Arrays;

/**
 * Where the records of one log are: 12 bytes a record. Not thread-safe.
 *
 * <p>Positions rise with the index, since a record that is replaced takes all after it along.
 */
final class LogIndex {
  private long first = 1;
  private int head;
  private int size;
  private long[] positions = new long[16];
  private int[] lengths = new int[16];

  long first() {
    return first;
  }

  long last() {
    return first + size - 1;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds the next record, or replaces one and drops those after it. */
  void put(long index, long position, int length) {
    if (index < first || index > last() + 1) {
      throw new IllegalArgumentException(
          "index " + index + " is not in " + first + ".." + (last() + 1));
    }
    truncate(index);
    int slot = head + size;
    if (slot == positions.length) {
      slot = makeRoom();
    }
    positions[slot] = position;
    lengths[slot] = length;
    size++;
  }

  private int makeRoom() {
    int capacity = size * 2 > positions.length ? positions.length * 2 : positions.length;
    long[] p = capacity == positions.length ? positions : new long[capacity];
    int[] l = capacity == lengths.length ? lengths : new int[capacity];
    System.arraycopy(positions, head, p, 0, size);
    System.arraycopy(lengths, head, l, 0, size);
    positions = p;
    lengths = l;
    head = 0;
    return size;
  }

  /** Drops the records from an index on. */
  void truncate(long from) {
    size = (int) Math.max(0, Math.min(size, from - first));
  }

  /** Drops the records before an index; at most the last one's successor. */
  void trim(long newFirst) {
    int dropped = (int) Math.min(size, Math.max(0, newFirst - first));
    first += dropped;
    head += dropped;
    size -= dropped;
    if (positions.length > 1024 && size < positions.length / 8) {
      positions = Arrays.copyOfRange(positions, head, head + positions.length / 4);
      lengths = Arrays.copyOfRange(lengths, head, head + lengths.length / 4);
      head = 0;
    }
  }

  /** Drops all; the next record has this index. */
  void reset(long next) {
    first = next;
    head = 0;
    size = 0;
  }

  long position(long index) {
    return positions[slot(index)];
  }

  int length(long index) {
    return lengths[slot(index)];
  }

  private int slot(long index) {
    if (index < first || index > last()) {
      throw new IllegalArgumentException("index " + index + " is not in " + first + ".." + last());
    }
    return head + (int) (index - first);
  }
}
