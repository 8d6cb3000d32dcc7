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

  /** One key alone. */
  public static KeyRange single(Bytes key) {
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    return new KeyRange(key, Bytes.wrap(next));
  }

  /** Whether the range is that of one key, {@link #from}. */
  public boolean isSingle() {
    return to != null
        && to.length() == from.length() + 1
        && to.at(from.length()) == 0
        && to.startsWith(from);
  }

  /** Whether no key can be in it. */
  public boolean isEmpty() {
    return to != null && from.compareTo(to) >= 0;
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
