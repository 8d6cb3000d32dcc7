package org.quorate.api.kv;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * One key's change at one revision. A revision changes a key at most once; events of a transaction
 * share the revision and come in key order.
 *
 * @param entry the key after the change; {@link KvEntry#deleted} for a deletion
 * @param previous the key before the change, or null if it was absent or was not asked for
 */
public record KvEvent(Type type, KvEntry entry, KvEntry previous) {
  /** What happened to the key. */
  public enum Type {
    PUT,
    DELETE
  }

  /** The revision that made the change. */
  public long revision() {
    return entry.modRevision();
  }

  public void encode(Encoder out) {
    out.u8(type.ordinal());
    entry.encode(out);
    Codec.optional(out, previous, (e, p) -> p.encode(e));
  }

  public static KvEvent decode(Decoder in) {
    return new KvEvent(
        Codec.constant(in, Type.values()), KvEntry.decode(in), Codec.optional(in, KvEntry::decode));
  }
}
