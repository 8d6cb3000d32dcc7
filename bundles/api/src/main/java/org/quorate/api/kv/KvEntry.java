package org.quorate.api.kv;

import java.util.Objects;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * A key and what is known of it at some revision.
 *
 * @param value empty in an answer that leaves values out, and in a deletion
 * @param createRevision revision that created the key; 0 in a deletion
 * @param modRevision revision of the last change
 * @param version number of revisions that changed the key since it was created, from 1; 0 in a
 *     deletion
 * @param lease the lease whose end deletes the key; its negative if it only takes the key off it; 0 for
 *     none
 */
public record KvEntry(
    Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {
  public KvEntry {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /** What stands for a key that was deleted at a revision. */
  public static KvEntry deleted(Bytes key, long revision) {
    return new KvEntry(key, Bytes.EMPTY, 0, revision, 0, 0);
  }

  public void encode(Encoder out) {
    out.bytes(key)
        .bytes(value)
        .varint(createRevision)
        .varint(modRevision)
        .varint(version)
        .varint(lease);
  }

  public static KvEntry decode(Decoder in) {
    return new KvEntry(in.bytes(), in.bytes(), in.varint(), in.varint(), in.varint(), in.varint());
  }
}
