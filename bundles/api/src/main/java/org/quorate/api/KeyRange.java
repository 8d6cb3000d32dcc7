package org.quorate.api;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * The keys from {@code from} (inclusive) to {@code to} (exclusive).
 *
 * @param to null for no upper bound
 */
public record KeyRange(Bytes from, Bytes to) {
  /** All keys that start with a prefix. */
  public static KeyRange prefix(Bytes prefix) {
    return new KeyRange(prefix, prefix.prefixEnd());
  }

  public boolean contains(Bytes key) {
    return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
  }

  public void encode(Encoder out) {
    out.bytes(from).optional(to);
  }

  public static KeyRange decode(Decoder in) {
    return new KeyRange(in.bytes(), in.optional());
  }
}
