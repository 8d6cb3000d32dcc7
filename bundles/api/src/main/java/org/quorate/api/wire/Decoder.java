package org.quorate.api.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.quorate.api.Bytes;

/**
 * Reads what {@link Encoder} wrote. Every read checks the bounds and throws {@link
 * MalformedException}; byte strings are slices of the input, not copies. Not thread-safe.
 */
public final class Decoder {
  private final Bytes input;
  private int at;

  public Decoder(Bytes input) {
    this.input = input;
  }

  private void need(int count, String what) {
    if (count < 0 || input.length() - at < count) {
      throw new MalformedException(what + " cut short", at);
    }
  }

  /** 0 to 255. */
  public int u8() {
    need(1, "byte");
    return input.at(at++) & 0xff;
  }

  public boolean bool() {
    int value = u8();
    if (value > 1) {
      throw new MalformedException("boolean of value " + value, at - 1);
    }
    return value == 1;
  }

  public int i32() {
    need(4, "32-bit integer");
    byte[] a = input.array();
    int o = input.arrayOffset() + at;
    at += 4;
    return (a[o] & 0xff) << 24 | (a[o + 1] & 0xff) << 16 | (a[o + 2] & 0xff) << 8 | a[o + 3] & 0xff;
  }

  public long i64() {
    need(8, "64-bit integer");
    at += 8;
    return input.longAt(at - 8);
  }

  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new MalformedException("variable-length integer of more than 10 bytes", at);
  }

  /** A count of things that take at least one byte each, so at most what is left. */
  public int count() {
    long n = varint();
    if (n < 0 || n > remaining()) {
      throw new MalformedException("count of " + Long.toUnsignedString(n), at);
    }
    return (int) n;
  }

  /** A slice of the input. */
  public Bytes bytes() {
    int n = count();
    at += n;
    return input.slice(at - n, n);
  }

  /** A slice of known length. */
  public Bytes raw(int length) {
    need(length, "byte string");
    at += length;
    return input.slice(at - length, length);
  }

  /** A slice or null. */
  public Bytes optional() {
    return bool() ? bytes() : null;
  }

  public String text() {
    return bytes().utf8();
  }

  public <T> List<T> list(Function<Decoder, T> reader) {
    int n = count();
    List<T> values = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      values.add(reader.apply(this));
    }
    return values;
  }

  /** Everything that was not read yet. */
  public Bytes rest() {
    Bytes rest = input.from(at);
    at = input.length();
    return rest;
  }

  public int remaining() {
    return input.length() - at;
  }

  /** Bytes read so far. */
  public int offset() {
    return at;
  }

  /** Throws unless everything was read. */
  public void end() {
    if (remaining() > 0) {
      throw new MalformedException(remaining() + " bytes too many", at);
    }
  }
}
