package org.quorate.storage.mapdb;

import java.util.ArrayDeque;

/**
 * Arrays for the pages that commits are changing, of all groups. They are used again and again, so
 * that a collector does not copy what a commit holds for a moment. Thread-safe.
 */
final class PagePool {
  private static final int MIN_PAGES = 256;
  private static final int MAX_PAGES = 2048;

  private final int pages;
  private final ArrayDeque<byte[]> free = new ArrayDeque<>();

  /** Of a size that goes with a cache of so many pages. */
  PagePool(int cached) {
    pages = Math.max(MIN_PAGES, Math.min(MAX_PAGES, cached / 2));
  }

  /** What one commit may hold before it writes them. */
  int pages() {
    return pages;
  }

  /** An array with anything in it. */
  synchronized byte[] take() {
    byte[] page = free.poll();
    return page == null ? new byte[Page.SIZE] : page;
  }

  /** Takes back an array that nobody reads any more. */
  synchronized void give(byte[] page) {
    if (free.size() < pages) {
      free.push(page);
    }
  }
}
