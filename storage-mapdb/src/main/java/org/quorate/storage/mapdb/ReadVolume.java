package org.quorate.storage.mapdb;

import java.io.File;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/** Pages as the bytes MapDB works on, to read from. Thread-safe as far as {@link #page} is. */
abstract class ReadVolume extends Volume {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Path path;

  ReadVolume(Path path) {
    this.path = path;
  }

  /** The content of a page, not to be changed. */
  abstract byte[] page(long number);

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

  @Override
  public long getLong(long offset) {
    int inPage = (int) (offset % Page.SIZE);
    if (inPage > Page.SIZE - 8) {
      byte[] value = new byte[8];
      read(offset, value, 0, 8);
      return ByteBuffer.wrap(value).getLong();
    }
    return (long) LONG.get(page(offset / Page.SIZE), inPage);
  }

  @Override
  public int getInt(long offset) {
    int inPage = (int) (offset % Page.SIZE);
    if (inPage <= Page.SIZE - 4) {
      return (int) INT.get(page(offset / Page.SIZE), inPage);
    }
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
    int inPage = (int) (offset % Page.SIZE);
    if (inPage + size <= Page.SIZE) {
      return new DataInput2.ByteArray(page(offset / Page.SIZE), inPage);
    }
    byte[] data = new byte[size];
    read(offset, data, 0, size);
    return new DataInput2.ByteArray(data);
  }

  @Override
  public void getData(long offset, byte[] target, int from, int size) {
    read(offset, target, from, size);
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("this volume is to read from");
  }

  @Override
  public void ensureAvailable(long offset) {
    throw readOnly();
  }

  @Override
  public void truncate(long size) {
    throw new UnsupportedOperationException("a volume never shrinks");
  }

  @Override
  public void putLong(long offset, long value) {
    throw readOnly();
  }

  @Override
  public void putInt(long offset, int value) {
    throw readOnly();
  }

  @Override
  public void putByte(long offset, byte value) {
    throw readOnly();
  }

  @Override
  public void putData(long offset, byte[] source, int from, int count) {
    throw readOnly();
  }

  @Override
  public void putData(long offset, ByteBuffer source) {
    throw readOnly();
  }

  @Override
  public void clear(long start, long end) {
    throw readOnly();
  }

  @Override
  public void sync() {}

  /** Nothing of its own to close. */
  @Override
  public void close() {
    closed.set(true);
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
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public File getFile() {
    return path.toFile();
  }

  @Override
  public boolean getFileLocked() {
    return true;
  }
}
