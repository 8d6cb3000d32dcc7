package org.quorate.runtime.peer;

import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.transport.Lane;

/**
 * Frames between nodes. Each node dials one connection per peer and lane and sends on those it
 * dialled; the other direction of a connection carries greetings, answers and pongs only.
 */
final class PeerProtocol {
  /** First bytes of a hello: "QPR1". */
  static final int MAGIC = 0x51505231;

  static final int VERSION = 1;

  /** Largest frame between nodes, prefix included: 80 MiB, a command at its limit fits. */
  static final int MAX_FRAME = 80 << 20;

  static final int HELLO = 0x01;
  static final int WELCOME = 0x02;
  static final int REFUSED = 0x03;
  static final int PING = 0x04;
  static final int PONG = 0x05;
  static final int GROUP = 0x10;
  static final int REQUEST = 0x20;
  static final int REPLY = 0x21;

  /**
   * What the dialler says first.
   *
   * @param to whom it believes to talk to
   * @param addresses where the dialler itself is reached
   */
  record Hello(
      int version,
      String cluster,
      NodeId from,
      NodeId to,
      long storeId,
      long incarnation,
      Lane lane,
      NodeAddress addresses) {
    void encode(Encoder out) {
      out.i32(MAGIC).varint(version).text(cluster).text(from.name()).text(to.name());
      out.i64(storeId).varint(incarnation).u8(lane.ordinal());
      out.text(addresses.peer()).text(addresses.client());
    }

    static Hello decode(Decoder in) {
      if (in.i32() != MAGIC) {
        throw new MalformedException("magic of a node's hello", 0);
      }
      int version = (int) in.varint();
      String cluster = in.text();
      NodeId from = node(in);
      NodeId to = node(in);
      long storeId = in.i64();
      long incarnation = in.varint();
      int lane = in.u8();
      if (lane >= Lane.values().length) {
        throw new MalformedException("lane " + lane, in.offset() - 1);
      }
      NodeAddress addresses = new NodeAddress(in.text(), in.text());
      return new Hello(
          version, cluster, from, to, storeId, incarnation, Lane.values()[lane], addresses);
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
          PeerProtocol.node(in), in.i64(), in.varint(), new NodeAddress(in.text(), in.text()));
    }
  }

  private PeerProtocol() {}

  private static NodeId node(Decoder in) {
    int at = in.offset();
    try {
      return NodeId.of(in.text());
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), at);
    }
  }
}
