package org.quorate.core.snapshot;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/** The transfer of a snapshot: offered, fetched chunk by chunk from where the receiver stands. */
sealed interface SnapshotMessage {
  SnapshotId id();

  /** The sender has this snapshot. Repeated until answered. */
  record Offer(SnapshotId id, long length) implements SnapshotMessage {}

  /** A piece. */
  record Chunk(SnapshotId id, long offset, Bytes data) implements SnapshotMessage {}

  /** The receiver has the bytes below the offset. */
  record Want(SnapshotId id, long offset) implements SnapshotMessage {}

  /** The receiver needs no more: it is installed, or was not needed; or it cannot take it. */
  record Done(SnapshotId id, boolean ok) implements SnapshotMessage {}

  /** The receiver stands at this point (the id says no more) and finds nobody to go on with. */
  record Ask(SnapshotId id) implements SnapshotMessage {}

  private static int tag(SnapshotMessage message) {
    if (message instanceof Offer) {
      return 1;
    } else if (message instanceof Chunk) {
      return 2;
    }
    if (message instanceof Want) {
      return 3;
    }
    return message instanceof Done ? 4 : 5;
  }

  static Bytes encode(SnapshotMessage message) {
    Encoder out = new Encoder(message instanceof Chunk c ? c.data().length() + 64 : 64);
    SnapshotId id = message.id();
    out.u8(tag(message)).varint(id.epoch()).varint(id.inner()).i64(id.id());
    if (message instanceof Offer o) {
      out.varint(o.length());
    } else if (message instanceof Chunk c) {
      out.varint(c.offset()).raw(c.data());
    } else if (message instanceof Want w) {
      out.varint(w.offset());
    } else if (message instanceof Done d) {
      out.bool(d.ok());
    }
    return out.take();
  }

  static SnapshotMessage decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int tag = in.u8();
    SnapshotId id = new SnapshotId(in.varint(), in.varint(), in.i64());
    return switch (tag) {
      case 1 -> new Offer(id, in.varint());
      case 2 -> new Chunk(id, in.varint(), in.rest());
      case 3 -> new Want(id, in.varint());
      case 4 -> new Done(id, in.bool());
      case 5 -> new Ask(id);
      default -> throw new MalformedException("snapshot message of kind " + tag, 0);
    };
  }
}
