package org.quorate.storage.mapdb;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Unchanged pages of all groups on the heap: a table of fixed size in which a page has one place.
 * Thread-safe; a page of a volume must not be put while the volume's writer changes it.
 */
final class PageCache {
  private record Entry(long volume, long number, byte[] data) {}

  private final AtomicReferenceArray<Entry> table;
  private final AtomicLong volumes = new AtomicLong();

  /** With room for this many bytes, at least 64 pages. */
  PageCache(long bytes) {
    int pages = (int) Math.min(1 << 20, Math.max(64, bytes / Page.DISK_SIZE));
    table = new AtomicReferenceArray<>(Integer.highestOneBit(pages));
  }

  int pages() {
    return table.length();
  }

  /** A number that no other volume has. */
  long newVolume() {
    return volumes.incrementAndGet();
  }

  private int place(long volume, long number) {
    long hash = number + volume * 0x9e3779b97f4a7c15L;
    return (int) (hash ^ hash >>> 32) & table.length() - 1;
  }

  /** The page, not to be changed, or null. */
  byte[] get(long volume, long number) {
    Entry entry = table.get(place(volume, number));
    return entry != null && entry.number == number && entry.volume == volume ? entry.data : null;
  }

  void put(long volume, long number, byte[] data) {
    table.set(place(volume, number), new Entry(volume, number, data));
  }

  /** The page is not what it was. */
  void forget(long volume, long number) {
    int place = place(volume, number);
    Entry entry = table.get(place);
    if (entry != null && entry.number == number && entry.volume == volume) {
      table.compareAndSet(place, entry, null);
    }
  }

  /** Gives up the heap of a closed volume. */
  void drop(long volume) {
    for (int i = 0; i < table.length(); i++) {
      Entry entry = table.get(i);
      if (entry != null && entry.volume == volume) {
        table.compareAndSet(i, entry, null);
      }
    }
  }
}
