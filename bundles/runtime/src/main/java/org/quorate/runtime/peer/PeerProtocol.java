package org.quorate.runtime.peer;

import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.transport.Lane;

/**
 * Frames between nodes. Two nodes have one connection per lane, dialled by either; after the
 * greeting both send the same frames on it.
 */
final class PeerProtocol {
  /** First bytes of a hello: "QPR1". */
  static final int MAGIC = 0x51505231;

  static final int VERSION = 2;

  /** Largest frame between nodes, prefix included: 80 MiB, a command at its limit fits. */
  static final int MAX_FRAME = 80 << 20;

  /** Largest frame on a pulse: 1 MiB, the names of all groups of a node fit. */
  static final int MAX_PULSE = 1 << 20;

  static final int HELLO = 0x01;
  static final int WELCOME = 0x02;
  static final int REFUSED = 0x03;
  static final int PING = 0x04;
  static final int PONG = 0x05;

  /** Answer to a hello: the receiver's own connection of the pair is open or under way. */
  static final int TAKEN = 0x06;

  /** As a hello, but the connection is to carry {@link #BUSY} alone, one way. */
  static final int PULSE = 0x07;

  static final int GROUP = 0x10;
  static final int REQUEST = 0x20;
  static final int REPLY = 0x21;

  /** Groups whose loop at the sender is busy. */
  static final int BUSY = 0x30;

  /**
   * What the dialler says first; the lane means nothing in a {@link #PULSE}.
   *
   * @param to whom it believes to talk to
   * @param addresses where the dialler itself is reached
   * @param dial number of the attempt among those of this start of the dialler for this lane
   */
  record Hello(
      int version,
      String cluster,
      NodeId from,
      NodeId to,
      long storeId,
      long incarnation,
      Lane lane,
      NodeAddress addresses,
      long dial) {
    void encode(Encoder out) {
      out.i32(MAGIC).varint(version).text(cluster).text(from.name()).text(to.name());
      out.i64(storeId).varint(incarnation).u8(lane.ordinal());
      out.text(addresses.peer()).text(addresses.client()).varint(dial);
    }

    static Hello decode(Decoder in) {
      if (in.i32() != MAGIC) {
        throw new MalformedException("magic of a node's hello", 0);
      }
      int version = (int) in.varint();
      String cluster = in.text();
      NodeId from = NodeId.decode(in);
      NodeId to = NodeId.decode(in);
      long storeId = in.i64();
      long incarnation = in.varint();
      int lane = in.u8();
      if (lane >= Lane.values().length) {
        throw new MalformedException("lane " + lane, in.offset() - 1);
      }
      NodeAddress addresses = new NodeAddress(in.text(), in.text());
      long dial = version == VERSION ? in.varint() : 0;
      return new Hello(
          version, cluster, from, to, storeId, incarnation, Lane.values()[lane], addresses, dial);
    }
  }

  /** The answer to a good hello. */
  record Welcome(NodeId node, long storeId, long incarnation, NodeAddress addresses) {
    void encode(Encoder out) {
      out.text(node.name()).i64(storeId).varint(incarnation);
      out.text(addresses.peer()).text(addresses.client());
    }

    static Welcome decode(Decoder in) {
      return new Welcome(
          NodeId.decode(in), in.i64(), in.varint(), new NodeAddress(in.text(), in.text()));
    }
  }

  private PeerProtocol() {}
}
