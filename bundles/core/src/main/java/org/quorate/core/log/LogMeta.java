package org.quorate.core.log;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/**
 * Where a log stands, as it lies in a checkpoint beside the state machine's entries.
 *
 * @param lineage the forks that led to the history, the oldest first
 * @param linkState the active link's opaque state at {@code inner}; null before its first
 */
record LogMeta(
    long historyId,
    long inner,
    long position,
    long version,
    long timeMs,
    List<Fork> lineage,
    Chain chain,
    Bytes linkState) {
  static final Bytes KEY = Bytes.wrap(new byte[] {0, 'm'});
  private static final int FORMAT = 9;

  /** With the forks that led to the history in front of the chain; only written if there are any. */
  private static final int FORKED_FORMAT = 10;

  Bytes encode() {
    Encoder out = new Encoder();
    out.u8(lineage.isEmpty() ? FORMAT : FORKED_FORMAT).i64(historyId);
    out.varint(inner).varint(position).varint(version).varint(timeMs);
    if (!lineage.isEmpty()) {
      out.list(lineage, (e, f) -> f.encode(e));
    }
    chain.encode(out);
    return out.optional(linkState).take();
  }

  /**
   * Reads one.
   *
   * @param encoded null in an empty state: then the answer is null too
   * @throws StorageException NEWER_VERSION
   * @throws IllegalStateException of a version that is not read any more
   */
  static LogMeta of(Bytes encoded) {
    if (encoded == null) {
      return null;
    }
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format > FORKED_FORMAT) {
      throw new StorageException(
          Kind.NEWER_VERSION,
          "group state of format " + format + ", this version reads " + FORKED_FORMAT);
    }
    if (format < FORMAT) {
      throw new IllegalStateException(
          "group state of format "
              + format
              + ", this version reads "
              + FORMAT
              + " and "
              + FORKED_FORMAT
              + ": load the data again from an export");
    }
    return new LogMeta(
        in.i64(),
        in.varint(),
        in.varint(),
        in.varint(),
        in.varint(),
        format == FORKED_FORMAT ? in.list(Fork::decode) : List.of(),
        Chain.decode(in),
        in.optional());
  }
}
