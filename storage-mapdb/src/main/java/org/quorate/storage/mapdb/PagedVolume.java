package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.quorate.spi.storage.StateBatch;

/**
 * The bytes MapDB works on, as checksummed pages whose changes become durable as one.
 *
 * <p>MapDB 3.1 writes a log with {@code transactionEnable} but never replays it, so a crash while a
 * commit is applied leaves a torn file. Here MapDB runs without transactions and this volume makes
 * its commits atomic: changed pages go to a {@link PageLog}, from which they are read until a
 * checkpoint has moved them to the {@link PageFile}.
 *
 * <p>For the thread that commits alone. What others read is {@link #committed()}.
 */
final class PagedVolume extends ReadVolume {
  /** Written before a sync: what waits for the disk behind it waits for little. */
  private static final int SYNC_BYTES = 1 << 20;

  private final PageFile file;
  private final PageLog log;
  private final PageStore pages;
  private final PagePool pool;
  private final Map<Long, byte[]> dirty = new HashMap<>();
  private StateBatch.Pace pace = StateBatch.Pace.NONE;
  private int unsynced;
  private long length;

  /** Without a log changes go straight to the file: for one that is being built. */
  PagedVolume(PageFile file, PageLog log, Generation.Host host) {
    super(file.path());
    this.file = file;
    this.log = log;
    this.pages = new PageStore(file, log, host.cache());
    this.pool = host.pool();
    this.length = file.pages() * Page.SIZE;
    if (log != null) {
      for (long number : log.committedPages()) {
        length = Math.max(length, (number + 1) * Page.SIZE);
      }
    }
  }

  /** How fast to write from now on. */
  void pace(StateBatch.Pace newPace) {
    pace = newPace;
  }

  @Override
  byte[] page(long number) {
    byte[] page = dirty.get(number);
    return page == null ? pages.read(number, frame(number)) : page;
  }

  private Long frame(long number) {
    return log == null ? null : log.frame(number);
  }

  private byte[] change(long number) {
    byte[] page = dirty.get(number);
    if (page == null) {
      if (dirty.size() >= pool.pages()) {
        spill();
      }
      page = pool.take();
      Long frame = frame(number);
      if (log != null && frame == null && number >= file.pages()) {
        Arrays.fill(page, (byte) 0); // new at the end
      } else {
        pages.copy(number, frame, page);
      }
      dirty.put(number, page);
    }
    return page;
  }

  /** Writes the changed pages; their arrays are used for others. */
  private void spill() {
    for (long number : dirty.keySet().stream().mapToLong(Long::longValue).sorted().toArray()) {
      byte[] page = dirty.get(number);
      Long frame = null;
      if (log == null) {
        file.write(number, page);
      } else {
        frame = log.append(number, page);
      }
      pages.wrote(number, frame);
      wrote(log == null);
    }
    dirty.values().forEach(pool::give);
    dirty.clear();
  }

  /** A page was written: to the file or to the log. */
  private void wrote(boolean toFile) {
    unsynced += Page.SIZE;
    if (unsynced >= SYNC_BYTES) {
      if (toFile) {
        file.sync();
      } else {
        log.sync();
      }
      pace.wrote(unsynced);
      unsynced = 0;
    }
  }

  /** MapDB's commit ends here: the changes are complete, {@link #persist()} makes them durable. */
  @Override
  public void sync() {
    spill();
  }

  /** Makes what was complete at the last {@link #sync()} durable as one; blocks on the disk. */
  void persist() {
    if (log == null) {
      publishFile();
    } else {
      log.commit();
    }
  }

  /** What was made durable last, for others to read. */
  CommittedVolume committed() {
    return new CommittedVolume(pages, log.committedFrames(), length);
  }

  /** Bytes the log holds. */
  long logBytes() {
    return log.bytes();
  }

  /**
   * Copies committed pages to the file and makes them durable there. Who reads an older commit than
   * the last must have ended.
   *
   * @return what was made durable last, without the log
   */
  CommittedVolume checkpoint() {
    byte[] page = pool.take();
    for (long number : log.committedPages()) {
      pages.copy(number, log.frame(number), page);
      file.write(number, page);
      pages.wrote(number, null);
      wrote(true);
    }
    pool.give(page);
    publishFile();
    return new CommittedVolume(pages, Map.of(), length);
  }

  /** The header follows the pages: it says that they are there. */
  private void publishFile() {
    long count = (length + Page.SIZE - 1) / Page.SIZE;
    file.extend(count);
    file.sync();
    file.writeHeader(count, file.checkpoint() + 1);
    file.sync();
    unsynced = 0;
  }

  /** After {@link #checkpoint()}, when nobody reads the log any more. */
  void checkpointed() {
    log.reset(file.checkpoint());
    pages.reset();
  }

  /** Bytes on disk. */
  long bytes() {
    return file.bytes() + (log == null ? 0 : log.bytes());
  }

  private void write(long offset, byte[] source, int from, int count) {
    int done = 0;
    while (done < count) {
      long at = offset + done;
      int inPage = (int) (at % Page.SIZE);
      int part = Math.min(count - done, Page.SIZE - inPage);
      System.arraycopy(source, from + done, change(at / Page.SIZE), inPage, part);
      done += part;
    }
    length = Math.max(length, offset + count);
  }

  @Override
  public void ensureAvailable(long offset) {
    length = Math.max(length, offset);
  }

  @Override
  public void putLong(long offset, long value) {
    int inPage = (int) (offset % Page.SIZE);
    if (inPage > Page.SIZE - 8) {
      write(offset, ByteBuffer.allocate(8).putLong(value).array(), 0, 8);
      return;
    }
    ByteBuffer.wrap(change(offset / Page.SIZE)).putLong(inPage, value);
    length = Math.max(length, offset + 8);
  }

  @Override
  public void putInt(long offset, int value) {
    write(offset, ByteBuffer.allocate(4).putInt(value).array(), 0, 4);
  }

  @Override
  public void putByte(long offset, byte value) {
    write(offset, new byte[] {value}, 0, 1);
  }

  @Override
  public void putData(long offset, byte[] source, int from, int count) {
    write(offset, source, from, count);
  }

  @Override
  public void putData(long offset, ByteBuffer source) {
    byte[] copy = new byte[source.remaining()];
    source.get(copy);
    write(offset, copy, 0, copy.length);
  }

  @Override
  public void clear(long start, long end) {
    for (long at = start; at < end; ) {
      int inPage = (int) (at % Page.SIZE);
      int part = (int) Math.min(end - at, Page.SIZE - inPage);
      Arrays.fill(change(at / Page.SIZE), inPage, inPage + part, (byte) 0);
      at += part;
    }
    length = Math.max(length, end);
  }

  /** Closes the files; what was not persisted is given up. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pages.close();
      try (file) {
        if (log != null) {
          log.close();
        }
      }
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }
}
