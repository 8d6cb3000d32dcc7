package org.quorate.kv;

import java.util.Arrays;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * How far a key's chain of changes reaches back, with short cuts: the number n of the last change
 * and, for each power of 8, the place of the last change up to the n-th whose number is a multiple
 * of it. An old version of a key that changed a million times is so found within some fifty reads
 * instead of a million. A key that changed fewer than 8 times carries one byte for its number and
 * one for no short cuts.
 *
 * @param places pairs of revision and sub, of the powers 8, 64, 512 …
 */
record Trail(long ordinal, long[] places) {
  private static final int BASE = 8;

  /** Before the first change of a key. */
  static final Trail START = new Trail(0, new long[0]);

  /** The trail after one more change at a place. */
  Trail next(long revision, int sub) {
    long n = ordinal + 1;
    int powers = 0;
    for (long rest = n; rest % BASE == 0; rest /= BASE) {
      powers++;
    }
    if (powers == 0) {
      return new Trail(n, places);
    }
    long[] moved = Arrays.copyOf(places, Math.max(places.length, 2 * powers));
    for (int i = 0; i < powers; i++) {
      moved[2 * i] = revision;
      moved[2 * i + 1] = sub;
    }
    return new Trail(n, moved);
  }

  /** Index in {@code places} of the oldest short cut above a revision; -1 if there is none. */
  int oldestAbove(long revision) {
    for (int i = places.length - 2; i >= 0; i -= 2) {
      if (places[i] > revision) {
        return i;
      }
    }
    return -1;
  }

  void encode(Encoder out) {
    out.varint(ordinal).varint(places.length);
    for (long part : places) {
      out.varint(part);
    }
  }

  static Trail decode(Decoder in) {
    long ordinal = in.varint();
    int length = in.count();
    if (length == 0) {
      return new Trail(ordinal, START.places);
    }
    long[] places = new long[length];
    for (int i = 0; i < length; i++) {
      places[i] = in.varint();
    }
    return new Trail(ordinal, places);
  }
}
