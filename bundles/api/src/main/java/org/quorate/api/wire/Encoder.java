package org.quorate.api.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;

/**
 * Writes the platform's binary encoding: fixed-width integers big-endian, lengths and counts as
 * unsigned LEB128, byte strings with their length in front. Not thread-safe.
 */
public final class Encoder {
  private static final VarHandle I64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle I32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private byte[] array;
  private int size;

  public Encoder() {
    this(128);
  }

  /** With room for so many bytes before the first growth. */
  public Encoder(int capacity) {
    array = new byte[Math.max(16, capacity)];
  }

  private void room(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
    }
  }

  public Encoder u8(int value) {
    room(1);
    array[size++] = (byte) value;
    return this;
  }

  public Encoder bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  public Encoder i32(int value) {
    room(4);
    I32.set(array, size, value);
    size += 4;
    return this;
  }

  public Encoder i64(long value) {
    room(8);
    I64.set(array, size, value);
    size += 8;
    return this;
  }

  /** A value from 0 to 2^63 - 1 (or any long, as unsigned) in 1 to 10 bytes. */
  public Encoder varint(long value) {
    room(10);
    long v = value;
    while ((v & ~0x7fL) != 0) {
      array[size++] = (byte) (v | 0x80);
      v >>>= 7;
    }
    array[size++] = (byte) v;
    return this;
  }

  /** Length and content. */
  public Encoder bytes(Bytes value) {
    return varint(value.length()).raw(value);
  }

  /** Content alone; the reader must know its length. */
  public Encoder raw(Bytes value) {
    room(value.length());
    value.copyTo(array, size);
    size += value.length();
    return this;
  }

  /** A byte string that may be absent. */
  public Encoder optional(Bytes value) {
    return value == null ? u8(0) : u8(1).bytes(value);
  }

  public Encoder text(String value) {
    return bytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** A count and then each element as the writer writes it. */
  public <T> Encoder list(Collection<T> values, BiConsumer<Encoder, T> writer) {
    varint(values.size());
    values.forEach(v -> writer.accept(this, v));
    return this;
  }

  /** Overwrites four bytes that were written before: a length or checksum known only at the end. */
  public Encoder patch32(int at, int value) {
    if (at < 0 || at > size - 4) {
      throw new IndexOutOfBoundsException(at + "+4 of " + size);
    }
    I32.set(array, at, value);
    return this;
  }

  /** Bytes written so far. */
  public int size() {
    return size;
  }

  /** The backing array, valid up to {@link #size()} until the next write. */
  public byte[] array() {
    return array;
  }

  /** What was written; the encoder must not be used afterwards unless {@link #reset() reset}. */
  public Bytes take() {
    return Bytes.wrap(array, 0, size);
  }

  /** What was written, in an array of its own size; the encoder is empty and keeps its room. */
  public Bytes drain() {
    Bytes written = Bytes.wrap(Arrays.copyOf(array, size));
    size = 0;
    return written;
  }

  /** Forgets what was written and gives the old array away to whoever took it. */
  public Encoder reset() {
    array = new byte[array.length];
    size = 0;
    return this;
  }
}
