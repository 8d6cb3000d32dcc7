package org.quorate.kv;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.state.StateView;

/** The state's own numbers: one record, read and written by each command that changes something. */
final class Meta {
  /** Sum of the hashes of all live keys. */
  long hash;

  /** Number of live keys. */
  long keys;

  /** Last revision that changed a key. */
  long revision;

  /** Reads below this revision and watches up to it are refused. */
  long compacted;

  /** Changes up to this place have been removed: see {@link Compaction}. */
  long sweptRevision;

  long sweptSub;

  /** Changes since the last sweep. */
  long unswept;

  /** Bytes of keys and superseded values in the changes that are kept. */
  long historyBytes;

  static Meta load(StateView view) {
    Meta meta = new Meta();
    Bytes b = view.get(Layout.META);
    if (b != null) {
      meta.hash = b.longAt(0);
      meta.keys = b.longAt(8);
      meta.revision = b.longAt(16);
      meta.compacted = b.longAt(24);
      meta.sweptRevision = b.longAt(32);
      meta.sweptSub = b.longAt(40);
      meta.unswept = b.longAt(48);
      meta.historyBytes = b.longAt(56);
    }
    return meta;
  }

  Bytes encode() {
    return new Encoder(64)
        .i64(hash)
        .i64(keys)
        .i64(revision)
        .i64(compacted)
        .i64(sweptRevision)
        .i64(sweptSub)
        .i64(unswept)
        .i64(historyBytes)
        .take();
  }
}
