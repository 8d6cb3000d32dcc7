package org.quorate.core.snapshot;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/** The transfer of a snapshot: offered, fetched chunk by chunk from where the receiver stands. */
sealed interface SnapshotMessage {
  /** As large as {@code snapshot.chunk.bytes} may be. */
  int LARGEST_PIECE = 4 << 20;

  SnapshotId id();

  /**
   * The sender has this snapshot. Repeated until answered.
   *
   * @param checksum of its content: who offers the same id with another one has another state
   */
  record Offer(SnapshotId id, long length, int checksum) implements SnapshotMessage {}

  /** A piece. */
  record Chunk(SnapshotId id, long offset, Bytes data) implements SnapshotMessage {}

  /** The receiver wants this piece of it. */
  record Want(SnapshotId id, long offset, int bytes) implements SnapshotMessage {}

  /** The receiver needs no more: it is installed, or was not needed; or it cannot take it. */
  record Done(SnapshotId id, boolean ok) implements SnapshotMessage {}

  /** The receiver stands at this point (the id says no more) and finds nobody to go on with. */
  record Ask(SnapshotId id) implements SnapshotMessage {}

  /** The sender gives this snapshot to a member; who has it too should give it as well. */
  record Help(SnapshotId id, NodeId to) implements SnapshotMessage {}

  private static int tag(SnapshotMessage message) {
    if (message instanceof Offer) {
      return 1;
    } else if (message instanceof Chunk) {
      return 2;
    }
    if (message instanceof Want) {
      return 3;
    }
    if (message instanceof Done) {
      return 4;
    }
    return message instanceof Ask ? 5 : 6;
  }

  static Bytes encode(SnapshotMessage message) {
    Encoder out = new Encoder(message instanceof Chunk c ? c.data().length() + 64 : 64);
    SnapshotId id = message.id();
    out.u8(tag(message)).varint(id.epoch()).varint(id.inner()).i64(id.id());
    if (message instanceof Offer o) {
      out.varint(o.length()).i32(o.checksum());
    } else if (message instanceof Chunk c) {
      out.varint(c.offset()).raw(c.data());
    } else if (message instanceof Want w) {
      out.varint(w.offset()).varint(w.bytes());
    } else if (message instanceof Done d) {
      out.bool(d.ok());
    } else if (message instanceof Help h) {
      out.text(h.to().name());
    }
    return out.take();
  }

  static SnapshotMessage decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int tag = in.u8();
    SnapshotId id = new SnapshotId(in.varint(), in.varint(), in.i64());
    return switch (tag) {
      case 1 -> new Offer(id, offset(in), in.i32());
      case 2 -> new Chunk(id, offset(in), in.rest());
      case 3 -> new Want(id, offset(in), piece(in));
      case 4 -> new Done(id, in.bool());
      case 5 -> new Ask(id);
      case 6 -> new Help(id, NodeId.decode(in));
      default -> throw new MalformedException("snapshot message of kind " + tag, 0);
    };
  }

  private static long offset(Decoder in) {
    long offset = in.varint();
    if (offset < 0) {
      throw new MalformedException("offset " + Long.toUnsignedString(offset), in.offset());
    }
    return offset;
  }

  private static int piece(Decoder in) {
    long bytes = in.varint();
    if (bytes < 1 || bytes > LARGEST_PIECE) {
      throw new MalformedException("piece of " + bytes + " bytes", in.offset());
    }
    return (int) bytes;
  }
}
