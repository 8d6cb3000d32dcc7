package org.quorate.storage.mapdb;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/**
 * The bytes MapDB works on, as checksummed pages whose changes become durable as one.
 *
 * <p>MapDB 3.1 writes a log with {@code transactionEnable} but never replays it, so a crash while a
 * commit is applied leaves a torn file. Here MapDB runs without transactions and this volume makes
 * its commits atomic: changed pages go to a {@link PageLog}, from which they are read until a
 * checkpoint has moved them to the {@link PageFile}.
 *
 * <p>Reads may run beside each other and beside {@link #persist()}; the caller excludes them from
 * everything that writes.
 */
final class PagedVolume extends Volume {
  /** Changed pages kept on the heap before they spill: so many, and as many as half the cache. */
  private static final int MIN_DIRTY = 256;

  private static final int MAX_DIRTY = 2048;

  private final PageFile file;
  private final PageLog log;
  private final PageCache cache;
  private final long id;
  private final int maxDirty;
  private final Map<Long, byte[]> dirty = new HashMap<>();
  private long length;

  /** Without a log changes go straight to the file: for one that is being built. */
  PagedVolume(PageFile file, PageLog log, PageCache cache) {
    this.file = file;
    this.log = log;
    this.cache = cache;
    this.id = cache.newVolume();
    this.maxDirty = Math.max(MIN_DIRTY, Math.min(MAX_DIRTY, cache.pages() / 2));
    this.length = file.pages() * Page.SIZE;
    if (log != null) {
      for (long number : log.committedPages()) {
        length = Math.max(length, (number + 1) * Page.SIZE);
      }
    }
  }

  private byte[] page(long number) {
    byte[] page = dirty.get(number);
    if (page == null) {
      page = cache.get(id, number);
    }
    if (page == null) {
      page = log == null ? null : log.read(number);
      if (page == null) {
        page = file.read(number);
      }
      cache.put(id, number, page);
    }
    return page;
  }

  private byte[] change(long number) {
    byte[] page = dirty.get(number);
    if (page == null) {
      if (dirty.size() >= maxDirty) {
        spill();
      }
      page = page(number).clone();
      dirty.put(number, page);
    }
    return page;
  }

  private void spill() {
    for (long number : dirty.keySet().stream().mapToLong(Long::longValue).sorted().toArray()) {
      byte[] page = dirty.get(number);
      if (log == null) {
        file.write(number, page);
      } else {
        log.append(number, page);
      }
      cache.put(id, number, page);
    }
    dirty.clear();
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

  /** After {@link #persist()}, with reads excluded. */
  void persisted() {
    if (log != null) {
      log.committed();
    }
  }

  /** Bytes the log holds. */
  long logBytes() {
    return log.bytes();
  }

  /** Copies committed pages to the file and makes them durable there; reads may run beside it. */
  void checkpoint() {
    for (long number : log.committedPages()) {
      file.write(number, log.read(number));
    }
    publishFile();
  }

  /** The header follows the pages: it says that they are there. */
  private void publishFile() {
    long pages = (length + Page.SIZE - 1) / Page.SIZE;
    file.extend(pages);
    file.sync();
    file.writeHeader(pages, file.checkpoint() + 1);
    file.sync();
  }

  /** After {@link #checkpoint()}, with reads excluded. */
  void checkpointed() {
    log.reset(file.checkpoint());
  }

  /** Bytes on disk. */
  long bytes() {
    return file.bytes() + (log == null ? 0 : log.bytes());
  }

  private void read(long offset, byte[] target, int from, int count) {
    int done = 0;
    while (done < count) {
      long at = offset + done;
      int inPage = (int) (at % Page.SIZE);
      int part = Math.min(count - done, Page.SIZE - inPage);
      System.arraycopy(page(at / Page.SIZE), inPage, target, from + done, part);
      done += part;
    }
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
  public void truncate(long size) {
    throw new UnsupportedOperationException("a volume never shrinks");
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
  public long getLong(long offset) {
    int inPage = (int) (offset % Page.SIZE);
    if (inPage > Page.SIZE - 8) {
      byte[] value = new byte[8];
      read(offset, value, 0, 8);
      return ByteBuffer.wrap(value).getLong();
    }
    return ByteBuffer.wrap(page(offset / Page.SIZE)).getLong(inPage);
  }

  @Override
  public int getInt(long offset) {
    byte[] value = new byte[4];
    read(offset, value, 0, 4);
    return ByteBuffer.wrap(value).getInt();
  }

  @Override
  public byte getByte(long offset) {
    return page(offset / Page.SIZE)[(int) (offset % Page.SIZE)];
  }

  @Override
  public DataInput2 getDataInput(long offset, int size) {
    byte[] data = new byte[size];
    read(offset, data, 0, size);
    return new DataInput2.ByteArray(data);
  }

  @Override
  public void getData(long offset, byte[] target, int from, int size) {
    read(offset, target, from, size);
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
      cache.drop(id);
      try (file) {
        if (log != null) {
          log.close();
        }
      }
    }
  }

  @Override
  public int sliceSize() {
    return -1;
  }

  @Override
  public boolean isSliced() {
    return false;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public File getFile() {
    return file.path().toFile();
  }

  @Override
  public boolean getFileLocked() {
    return true;
  }
}
