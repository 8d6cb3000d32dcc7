package org.quorate.core.link;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * What stands in front of every message between replicas of a group: which link it belongs to and
 * which store and start of the sender it comes from.
 *
 * @param history the sender's: two histories of a group never talk to each other
 * @param storeId the sender's store
 * @param incarnation the sender's start
 * @param body the message
 */
public record Frame(
    Kind kind, long history, long epoch, long planId, long storeId, long incarnation, Bytes body) {
  /** What the body is. */
  public enum Kind {
    /** A message of the link's protocol. */
    LINK,
    /** A piece of a snapshot transfer; it belongs to the group, not to the link. */
    SNAPSHOT,
    /** A comparison of states. */
    CHECK,
    /** How far the sender is in the chain of links: {@link Standing}. */
    CHAIN
  }

  /** Writes the header; the body follows. */
  public static void header(
      Encoder out,
      Kind kind,
      long history,
      long epoch,
      long planId,
      long storeId,
      long incarnation) {
    out.u8(kind.ordinal()).i64(history);
    out.varint(epoch).i64(planId).i64(storeId).varint(incarnation);
  }

  public Bytes encode() {
    Encoder out = new Encoder(body.length() + 40);
    header(out, kind, history, epoch, planId, storeId, incarnation);
    return out.raw(body).take();
  }

  /** Throws MalformedException. */
  public static Frame decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int kind = in.u8();
    if (kind >= Kind.values().length) {
      throw new MalformedException("frame of kind " + kind, 0);
    }
    return new Frame(
        Kind.values()[kind], in.i64(), in.varint(), in.i64(), in.i64(), in.varint(), in.rest());
  }
}
