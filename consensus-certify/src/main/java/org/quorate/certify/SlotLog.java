package org.quorate.certify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quorate.api.Bytes;

/**
 * The part of the log that is in memory: every slot after {@link #base()}, of which only the view is
 * known. Its end may be slots that were ordered and whose payload is not here yet; what is {@link
 * #complete()} goes to disk. A ring: access, append, truncation and dropping a prefix cost no more
 * than the slots they touch. [persistent up to complete, through {@link Disk}]
 */
final class SlotLog {
  private Entry[] ring = new Entry[64];
  private long[] ends =
      new long[64]; // bytes of all entries up to and with a complete one, since ever
  private int head; // index of base + 1
  private int size;
  private long base;
  private long baseEnd;
  private View baseView;
  private long complete;

  SlotLog(long base, View baseView) {
    this.base = base;
    this.baseView = baseView;
    complete = base;
  }

  /** Slot before the first one kept. */
  long base() {
    return base;
  }

  long last() {
    return base + size;
  }

  /** Up to here no payload is missing. */
  long complete() {
    return complete;
  }

  private int index(long slot) {
    return head + (int) (slot - base - 1) & ring.length - 1;
  }

  /** The view that ordered a slot; null outside of base..last. */
  View view(long slot) {
    if (slot == base) {
      return baseView;
    }
    return slot < base || slot > last() ? null : ring[index(slot)].view;
  }

  View lastView() {
    return view(last());
  }

  /** The entry at a slot from base + 1 to last. */
  Entry entry(long slot) {
    if (slot <= base || slot > last()) {
      throw new IndexOutOfBoundsException(slot + " of " + (base + 1) + ".." + last());
    }
    return ring[index(slot)];
  }

  void append(Entry entry) {
    View before = lastView();
    if (before.isAfter(entry.view)) {
      throw new IllegalStateException("slot " + (last() + 1) + " of " + entry + " after " + before);
    }
    if (size == ring.length) {
      resize(size * 2);
    }
    size++;
    ring[index(last())] = entry;
  }

  private void resize(int capacity) {
    Entry[] next = new Entry[capacity];
    long[] nextEnds = new long[capacity];
    int straight = Math.min(size, ring.length - head);
    System.arraycopy(ring, head, next, 0, straight);
    System.arraycopy(ring, 0, next, straight, size - straight);
    System.arraycopy(ends, head, nextEnds, 0, straight);
    System.arraycopy(ends, 0, nextEnds, straight, size - straight);
    ring = next;
    ends = nextEnds;
    head = 0;
  }

  /** The slot whose payload is missed first, or 0. */
  long missing() {
    while (complete < last() && ring[index(complete + 1)].body() != null) {
      long end = end(complete);
      int next = index(++complete);
      ends[next] = end + ring[next].bytes();
    }
    return complete < last() ? complete + 1 : 0;
  }

  private long end(long slot) {
    return slot == base ? baseEnd : ends[index(slot)];
  }

  /** What the entries after {@code from} up to and with {@code to} take; both from base to complete. */
  long bytes(long from, long to) {
    return end(to) - end(from);
  }

  /** Records of complete slots, for the disk. */
  List<Bytes> records(long from, long to) {
    List<Bytes> records = new ArrayList<>((int) (to - from + 1));
    for (long slot = from; slot <= to; slot++) {
      records.add(entry(slot).record());
    }
    return records;
  }

  /** A new list of the entries from {@code from} to {@code to}, both inclusive. */
  List<Entry> entries(long from, long to) {
    List<Entry> entries = new ArrayList<>((int) Math.max(0, to - from + 1));
    for (long slot = from; slot <= to; slot++) {
      entries.add(entry(slot));
    }
    return entries;
  }

  /** Forgets the slots at and after one. */
  void truncateFrom(long slot) {
    if (slot <= base) {
      throw new IndexOutOfBoundsException(slot + " at or below " + base);
    }
    while (last() >= slot) {
      ring[index(last())] = null;
      size--;
    }
    complete = Math.min(complete, last());
  }

  /** Forgets the slots up to and with one; its view stays known. */
  void dropTo(long slot) {
    if (slot > last()) {
      throw new IndexOutOfBoundsException(slot + " above " + last());
    }
    if (slot <= base) {
      return;
    }
    int count = (int) (slot - base);
    int straight = Math.min(count, ring.length - head);
    baseEnd = end(Math.min(slot, complete));
    baseView = view(slot);
    Arrays.fill(ring, head, head + straight, null);
    Arrays.fill(ring, 0, count - straight, null);
    head = head + count & ring.length - 1;
    base = slot;
    size -= count;
    complete = Math.max(complete, slot); // what is dropped misses nothing
    if (ring.length > 4096 && size < ring.length / 8) {
      resize(ring.length / 4);
    }
  }

  /** Forgets everything: a snapshot stands for the log up to {@code slot}. */
  void reset(long slot, View view) {
    ring = new Entry[64];
    ends = new long[64];
    head = 0;
    size = 0;
    base = slot;
    baseEnd = 0;
    baseView = view;
    complete = slot;
  }

  /** The last slot at or below {@code slot} whose view is at most {@code view}. */
  long lastNotAbove(long slot, View view) {
    long at = Math.min(slot, last());
    while (at > base && view(at).isAfter(view)) {
      at--;
    }
    return at;
  }
}
