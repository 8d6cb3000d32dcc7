package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.quorate.spi.storage.StorageException;

/**
 * The data file: a header page and then pages with a checksum each. Pages are written in place, so a
 * {@link PageLog} must hold them until they are synced. The header is kept twice in its page; of two
 * copies that verify the one with the higher checkpoint counts.
 */
final class PageFile implements AutoCloseable {
  static final int VERSION = 1;
  private static final long MAGIC = 0x51554f5f53544154L;
  private static final int HEADER_SIZE = 40;
  private static final int SECOND_COPY = 2048;

  /** Marks a page that was written, so that its trailer is never zero. */
  private static final int WRITTEN = 0x50414745;

  private final Disk disk;
  private final byte[] written = new byte[Page.DISK_SIZE];
  private long pages;
  private long checkpoint;

  private PageFile(Disk disk) {
    this.disk = disk;
  }

  static PageFile create(Path path, Disk.Guard guard) {
    PageFile file = new PageFile(Disk.open(path, true, guard));
    file.disk.truncate(0);
    file.writeHeader(0, 1);
    file.disk.sync();
    return file;
  }

  static PageFile open(Path path, Disk.Guard guard) {
    PageFile file = new PageFile(Disk.open(path, false, guard));
    try {
      file.readHeader();
      return file;
    } catch (StorageException e) {
      file.close();
      throw e;
    }
  }

  Path path() {
    return disk.path();
  }

  long bytes() {
    return disk.size();
  }

  /** Pages there are as of the last checkpoint. */
  long pages() {
    return pages;
  }

  /** Number of the last checkpoint; frames of the log that carry it are newer than this file. */
  long checkpoint() {
    return checkpoint;
  }

  private void readHeader() {
    byte[] page = new byte[Page.DISK_SIZE];
    disk.read(page, 0, page.length, 0);
    boolean valid = readCopy(page, 0);
    valid |= readCopy(page, SECOND_COPY);
    if (!valid) {
      throw Failures.corrupt(path(), 0, "no valid header");
    }
    long needed = (pages + 1) * Page.DISK_SIZE;
    if (disk.size() < needed) {
      throw Failures.corrupt(path(), disk.size(), "file cut short of " + needed + " bytes");
    }
  }

  private boolean readCopy(byte[] page, int at) {
    ByteBuffer copy = ByteBuffer.wrap(page, at, HEADER_SIZE);
    if (Page.checksum(0, page, at, HEADER_SIZE - 4) != copy.getInt(at + HEADER_SIZE - 4)
        || copy.getLong() != MAGIC) {
      return false;
    }
    int version = copy.getInt();
    if (version > VERSION) {
      throw Failures.newer(path(), version, VERSION);
    }
    copy.getInt();
    long copyPages = copy.getLong();
    long copyCheckpoint = copy.getLong();
    if (copyCheckpoint > checkpoint) {
      pages = copyPages;
      checkpoint = copyCheckpoint;
    }
    return true;
  }

  /** Writes the header of the next checkpoint; everything else must be synced before. */
  void writeHeader(long newPages, long newCheckpoint) {
    byte[] page = new byte[Page.DISK_SIZE];
    for (int at : new int[] {0, SECOND_COPY}) {
      ByteBuffer copy = ByteBuffer.wrap(page, at, HEADER_SIZE);
      copy.putLong(MAGIC).putInt(VERSION).putInt(Page.DISK_SIZE);
      copy.putLong(newPages).putLong(newCheckpoint);
      copy.putInt(at + HEADER_SIZE - 4, Page.checksum(0, page, at, HEADER_SIZE - 4));
    }
    disk.write(page, 0, page.length, 0);
    pages = newPages;
    checkpoint = newCheckpoint;
  }

  /** The data of a page; zeros for one that was never written. */
  byte[] read(long number) {
    byte[] page = new byte[Page.DISK_SIZE];
    long at = (number + 1) * Page.DISK_SIZE;
    int length = disk.read(page, 0, page.length, at);
    ByteBuffer trailer = ByteBuffer.wrap(page, Page.SIZE, 8);
    int checksum = trailer.getInt();
    if (trailer.getInt() != WRITTEN || checksum != Page.checksum(number, page, 0, Page.SIZE)) {
      if (!isZero(page)) {
        throw Failures.corrupt(path(), at, "page of " + length + " bytes does not verify");
      }
    }
    return Arrays.copyOf(page, Page.SIZE);
  }

  private static boolean isZero(byte[] page) {
    for (byte b : page) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  void write(long number, byte[] data) {
    byte[] page = written;
    System.arraycopy(data, 0, page, 0, Page.SIZE);
    ByteBuffer.wrap(page, Page.SIZE, 8)
        .putInt(Page.checksum(number, data, 0, Page.SIZE))
        .putInt(WRITTEN);
    disk.write(page, 0, page.length, (number + 1) * Page.DISK_SIZE);
  }

  /** Makes room for so many pages, zeros where nothing was written. */
  void extend(long toPages) {
    long end = (toPages + 1) * Page.DISK_SIZE;
    if (disk.size() < end) {
      disk.write(new byte[1], 0, 1, end - 1);
    }
  }

  void sync() {
    disk.sync();
  }

  @Override
  public void close() {
    disk.close();
  }
}
