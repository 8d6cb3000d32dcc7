package org.quorate.api.kv;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/** What the encodings of this package have in common. */
final class Codec {
  private Codec() {}

  static <E extends Enum<E>> E constant(Decoder in, E[] values) {
    int ordinal = in.u8();
    if (ordinal >= values.length) {
      throw new MalformedException(
          values[0].getDeclaringClass().getSimpleName() + " " + ordinal, in.offset() - 1);
    }
    return values[ordinal];
  }

  static <T> Encoder optional(Encoder out, T value, BiConsumer<Encoder, T> writer) {
    out.bool(value != null);
    if (value != null) {
      writer.accept(out, value);
    }
    return out;
  }

  static <T> T optional(Decoder in, Function<Decoder, T> reader) {
    return in.bool() ? reader.apply(in) : null;
  }

  /** An integer from 0 to 2^31 - 1. */
  static int integer(Decoder in) {
    long value = in.varint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedException("integer " + Long.toUnsignedString(value), in.offset());
    }
    return (int) value;
  }

  /** A revision, count or other number that is never negative. */
  static long natural(Decoder in) {
    long value = in.varint();
    if (value < 0) {
      throw new MalformedException("number " + Long.toUnsignedString(value), in.offset());
    }
    return value;
  }

  /** All of the input as one value: trailing bytes and impossible values are malformed. */
  static <T> T whole(Bytes bytes, Function<Decoder, T> reader) {
    Decoder in = new Decoder(bytes);
    T value = reader.apply(in);
    in.end();
    return value;
  }

  static long natural(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " " + value + " is negative");
    }
    return value;
  }
}
