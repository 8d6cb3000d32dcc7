package org.quorate.kv;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * That a revision changed a key, with what the key was before (as an undo log): what it became is
 * found in the next change of the key or, if there is none, under the key.
 *
 * @param deletion whether it was deleted
 * @param valueBytes bytes of the new value
 * @param superseded the encoded {@link Version} before; empty if there was none
 */
record Change(Bytes key, boolean deletion, int valueBytes, Bytes superseded) {

  /** The version before, be it a deletion; null if there was none. */
  Version before() {
    return superseded.isEmpty() ? null : Version.decode(superseded);
  }

  /** What keeping the change costs in {@link Meta#historyBytes}. */
  long cost() {
    return (long) key.length() + superseded.length();
  }

  Bytes encode() {
    return new Encoder(key.length() + superseded.length() + 12)
        .bool(deletion)
        .varint(valueBytes)
        .bytes(key)
        .raw(superseded)
        .take();
  }

  static Change decode(Bytes bytes) {
    Decoder in = new Decoder(bytes);
    boolean deletion = in.bool();
    int valueBytes = (int) in.varint();
    Bytes key = in.bytes();
    return new Change(key, deletion, valueBytes, in.rest());
  }
}
