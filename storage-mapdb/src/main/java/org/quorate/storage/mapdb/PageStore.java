package org.quorate.storage.mapdb;

import java.nio.file.Path;

/**
 * The pages of a state where they are: in the data file or as frames of the log, through the cache.
 * Images in the log stay what they are until it is reset, so readers of different commits can share
 * the cache. Thread-safe.
 */
final class PageStore {
  private final PageFile file;
  private final PageLog log;
  private final PageCache cache;
  private final long inFile;
  private volatile long inLog;

  /** Without a log pages are in the file alone. */
  PageStore(PageFile file, PageLog log, PageCache cache) {
    this.file = file;
    this.log = log;
    this.cache = cache;
    this.inFile = cache.newVolume();
    this.inLog = cache.newVolume();
  }

  Path path() {
    return file.path();
  }

  /**
   * The image of a page, not to be changed.
   *
   * @param frame where the log holds it, or null for the file
   */
  byte[] read(long number, Long frame) {
    long volume = frame == null ? inFile : inLog;
    long place = frame == null ? number : frame / PageLog.FRAME;
    byte[] page = cache.get(volume, place);
    if (page == null) {
      page = frame == null ? file.read(number) : log.read(number, frame);
      cache.put(volume, place, page);
    }
    return page;
  }

  /** Copies the image of a page, for one who changes or moves it: it is not cached for that. */
  void copy(long number, Long frame, byte[] target) {
    byte[] page =
        frame == null ? cache.get(inFile, number) : cache.get(inLog, frame / PageLog.FRAME);
    if (page == null) {
      page = frame == null ? file.read(number) : log.read(number, frame);
    }
    System.arraycopy(page, 0, target, 0, Page.SIZE);
  }

  /** An image was written to the file, or to the log at a frame: one in the cache is old. */
  void wrote(long number, Long frame) {
    if (frame == null) {
      cache.forget(inFile, number);
    } else {
      cache.forget(inLog, frame / PageLog.FRAME);
    }
  }

  /** The log was reset: its frames mean other pages from now on. */
  void reset() {
    long before = inLog;
    inLog = cache.newVolume();
    cache.drop(before);
  }

  void close() {
    cache.drop(inFile);
    cache.drop(inLog);
  }
}
