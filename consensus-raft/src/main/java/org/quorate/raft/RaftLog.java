package org.quorate.raft;

import java.util.Arrays;
import java.util.List;
import org.quorate.api.Bytes;

/**
 * The part of the log that is in memory: every record after {@link #base()}, of which only index and
 * term are known. Rings of records, terms and running sizes: access, append, truncation and
 * dropping a prefix cost no more than the entries they touch. Records are kept as they came (slices of
 * frames included). [persistent] through {@link Disk}.
 */
final class RaftLog {
  /** No entry has it: outside of what is known. */
  static final long UNKNOWN = -1;

  private Bytes[] records = new Bytes[64];
  private long[] terms = new long[64];
  private long[] ends = new long[64]; // bytes of all records up to and with this one, since ever
  private int head; // slot of base + 1
  private int size;
  private long base;
  private long baseTerm;
  private long baseEnd;

  RaftLog(long base, long baseTerm) {
    this.base = base;
    this.baseTerm = baseTerm;
  }

  /** Index before the first record kept. */
  long base() {
    return base;
  }

  long last() {
    return base + size;
  }

  long lastTerm() {
    return size == 0 ? baseTerm : terms[slot(base + size)];
  }

  private int slot(long index) {
    return head + (int) (index - base - 1) & records.length - 1;
  }

  /** The entry's term, or {@link #UNKNOWN} outside of base..last. */
  long term(long index) {
    if (index == base) {
      return baseTerm;
    }
    return index < base || index > last() ? UNKNOWN : terms[slot(index)];
  }

  /** The record at an index from base + 1 to last. */
  Bytes record(long index) {
    if (index <= base || index > last()) {
      throw new IndexOutOfBoundsException(index + " of " + (base + 1) + ".." + last());
    }
    return records[slot(index)];
  }

  /** A new list of the records from {@code from} to {@code to}, both inclusive. */
  List<Bytes> records(long from, long to) {
    if (from > to) {
      return List.of();
    }
    if (from <= base || to > last()) {
      throw new IndexOutOfBoundsException(from + ".." + to + " of " + (base + 1) + ".." + last());
    }
    int count = (int) (to - from + 1);
    Bytes[] copy = new Bytes[count];
    int at = slot(from);
    int straight = Math.min(count, records.length - at);
    System.arraycopy(records, at, copy, 0, straight);
    System.arraycopy(records, 0, copy, straight, count - straight);
    return Arrays.asList(copy);
  }

  void append(Bytes record) {
    long term = Entry.term(record);
    if (term < lastTerm()) {
      throw new IllegalStateException(
          "entry " + (last() + 1) + " of term " + term + " after one of term " + lastTerm());
    }
    if (size == records.length) {
      grow();
    }
    long end = end(last()) + record.length();
    size++;
    int slot = slot(base + size);
    records[slot] = record;
    terms[slot] = term;
    ends[slot] = end;
  }

  private void grow() {
    int capacity = records.length;
    records = Arrays.copyOf(unrolled(), capacity * 2);
    terms = unrolled(terms);
    ends = unrolled(ends);
    head = 0;
  }

  private Bytes[] unrolled() {
    Bytes[] straight = new Bytes[records.length];
    System.arraycopy(records, head, straight, 0, records.length - head);
    System.arraycopy(records, 0, straight, records.length - head, head);
    return straight;
  }

  private long[] unrolled(long[] ring) {
    long[] straight = new long[ring.length * 2];
    System.arraycopy(ring, head, straight, 0, ring.length - head);
    System.arraycopy(ring, 0, straight, ring.length - head, head);
    return straight;
  }

  private long end(long index) {
    return index == base ? baseEnd : ends[slot(index)];
  }

  /** Record bytes after {@code from} up to and with {@code to}; both from base to last. */
  long bytes(long from, long to) {
    return end(to) - end(from);
  }

  /** The last index so that the records from {@code from} to it fit; {@code from} at least. */
  long lastWithin(long from, long maxBytes) {
    long limit = end(from - 1) + maxBytes;
    long low = from;
    long high = last();
    if (end(high) <= limit) {
      return high;
    }
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (end(middle) <= limit) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Forgets the entries at and after an index. */
  void truncateFrom(long index) {
    if (index <= base) {
      throw new IndexOutOfBoundsException(index + " at or below " + base);
    }
    while (last() >= index) {
      records[slot(last())] = null;
      size--;
    }
  }

  /** Forgets the entries up to and with an index; its term stays known. */
  void dropTo(long index) {
    if (index > last()) {
      throw new IndexOutOfBoundsException(index + " above " + last());
    }
    if (index <= base) {
      return;
    }
    int count = (int) (index - base);
    int straight = Math.min(count, records.length - head);
    baseTerm = terms[slot(index)];
    baseEnd = ends[slot(index)];
    Arrays.fill(records, head, head + straight, null);
    Arrays.fill(records, 0, count - straight, null);
    head = head + count & records.length - 1;
    base = index;
    size -= count;
    if (size < records.length / 8 && records.length > 4096) {
      shrink();
    }
  }

  private void shrink() {
    int capacity = records.length / 4;
    Bytes[] straight = unrolled();
    records = Arrays.copyOf(straight, capacity);
    terms = Arrays.copyOf(unrolled(terms), capacity);
    ends = Arrays.copyOf(unrolled(ends), capacity);
    head = 0;
  }

  /** Forgets everything: a snapshot stands for the log up to {@code index}. */
  void reset(long index, long term) {
    records = new Bytes[64];
    terms = new long[64];
    ends = new long[64];
    head = 0;
    size = 0;
    base = index;
    baseTerm = term;
    baseEnd = 0;
  }

  /**
   * The last index at or below {@code index} whose term is at most {@code term}: where two logs may
   * still agree. Skips a whole term per round of probing (Raft §3.5).
   */
  long lastNotAbove(long index, long term) {
    long at = Math.min(index, last());
    while (at > base && terms[slot(at)] > term) {
      at--;
    }
    return at;
  }
}
