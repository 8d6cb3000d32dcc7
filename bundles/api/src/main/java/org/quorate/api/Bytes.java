package org.quorate.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable slice of a byte array, ordered as unsigned bytes.
 *
 * <p>A slice shares the array it was cut from: whoever wraps an array gives it away and must not
 * write to it again. Payloads travel as slices of the frame they arrived in, so a large frame lives
 * as long as its longest-lived slice; what is kept for long (state) is {@link #copy() copied} first.
 */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;
  private int hash;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** Takes ownership of the array; the caller must not change it afterwards. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /** Takes ownership of a part of the array; the caller must not change it afterwards. */
  public static Bytes wrap(byte[] array, int offset, int length) {
    if (offset < 0 || length < 0 || offset > array.length - length) {
      throw new IndexOutOfBoundsException(
          "slice " + offset + "+" + length + " of an array of " + array.length);
    }
    return length == 0 ? EMPTY : new Bytes(array, offset, length);
  }

  /** The UTF-8 encoding of a text. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Eight bytes, big-endian, so that unsigned order is byte order. */
  public static Bytes ofLong(long value) {
    byte[] b = new byte[8];
    ByteBuffer.wrap(b).putLong(value);
    return wrap(b);
  }

  /** Number of bytes. */
  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /** The byte at a position from 0 to length - 1, signed. */
  public byte at(int index) {
    if (index < 0 || index >= length) {
      throw new IndexOutOfBoundsException(index + " of " + length);
    }
    return array[offset + index];
  }

  /** A part that shares this slice's array. */
  public Bytes slice(int from, int size) {
    if (from < 0 || size < 0 || from > length - size) {
      throw new IndexOutOfBoundsException("slice " + from + "+" + size + " of " + length);
    }
    return size == 0 ? EMPTY : new Bytes(array, offset + from, size);
  }

  /** The rest from a position on; shares this slice's array. */
  public Bytes from(int index) {
    return slice(index, length - index);
  }

  /** This slice alone in an array of its own size. */
  public Bytes copy() {
    return offset == 0 && length == array.length ? this : wrap(toByteArray());
  }

  /** This slice followed by another, in a new array. */
  public Bytes concat(Bytes other) {
    byte[] joined = Arrays.copyOfRange(array, offset, offset + length + other.length);
    System.arraycopy(other.array, other.offset, joined, length, other.length);
    return wrap(joined);
  }

  /** A fresh array with the content. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** The backing array, to read from only, for code that takes (array, offset, length). */
  public byte[] array() {
    return array;
  }

  /** Where the slice begins in {@link #array()}. */
  public int arrayOffset() {
    return offset;
  }

  /** A read-only view. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /** Eight bytes from a position on, big-endian. */
  public long longAt(int index) {
    if (index < 0 || index > length - 8) {
      throw new IndexOutOfBoundsException(index + "+8 of " + length);
    }
    return ByteBuffer.wrap(array, offset + index, 8).getLong();
  }

  /** Copies the content to a position of an array. */
  public void copyTo(byte[] target, int at) {
    System.arraycopy(array, offset, target, at, length);
  }

  public boolean startsWith(Bytes prefix) {
    return length >= prefix.length
        && Arrays.equals(
            array,
            offset,
            offset + prefix.length,
            prefix.array,
            prefix.offset,
            prefix.offset + prefix.length);
  }

  /**
   * The smallest slice greater than every slice that starts with this one, or null if there is none
   * (this one is empty or all 0xff): the end of a prefix scan.
   */
  public Bytes prefixEnd() {
    byte[] end = toByteArray();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return wrap(Arrays.copyOf(end, i + 1));
      }
    }
    return null;
  }

  /** Decodes the content as UTF-8; malformed input becomes replacement characters. */
  public String utf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && length == that.length
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = 1;
      for (int i = offset; i < offset + length; i++) {
        h = 31 * h + array[i];
      }
      hash = h;
    }
    return h;
  }

  /** The text if all of it is printable ASCII, else 0x and hexadecimal; long content is cut. */
  @Override
  public String toString() {
    int shown = Math.min(length, 48);
    boolean printable = true;
    for (int i = 0; i < shown && printable; i++) {
      printable = array[offset + i] >= 0x20 && array[offset + i] < 0x7f;
    }
    String text =
        printable
            ? new String(array, offset, shown, StandardCharsets.US_ASCII)
            : "0x" + HexFormat.of().formatHex(array, offset, offset + shown);
    return shown == length ? text : text + "…(" + length + " bytes)";
  }
}
