package org.quorate.storage.mapdb;

import java.util.Map;

/**
 * The bytes as of a commit, to read from while the next one is being made: pages in the log are
 * where that commit left them, all others in the file. Good until pages of a later commit are moved
 * to the file or the log is reset.
 */
final class CommittedVolume extends ReadVolume {
  private final PageStore pages;
  private final Map<Long, Long> inLog;
  private final long length;

  /**
   * A view.
   *
   * @param inLog where the log holds pages; not changed any more
   */
  CommittedVolume(PageStore pages, Map<Long, Long> inLog, long length) {
    super(pages.path());
    this.pages = pages;
    this.inLog = inLog;
    this.length = length;
  }

  @Override
  byte[] page(long number) {
    return pages.read(number, inLog.get(number));
  }

  @Override
  public long length() {
    return length;
  }
}
