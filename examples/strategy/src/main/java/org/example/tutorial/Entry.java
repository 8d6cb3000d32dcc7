package org.example.tutorial;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.SealRecord;

/**
 * The value of a slot.
 *
 * @param version of a seal: the membership it was planned on; otherwise 0
 * @param content what is delivered; of a membership its encoding, which is not
 */
record Entry(Kind kind, long version, Bytes content) {
  /** What a value is. */
  enum Kind {
    PAYLOAD,
    SEAL,
    MEMBERSHIP
  }

  private static final int HEADER_BYTES = 32;

  static Entry payload(Bytes content) {
    return new Entry(Kind.PAYLOAD, 0, content);
  }

  static Entry seal(SealRecord seal) {
    return new Entry(Kind.SEAL, seal.membership().version(), seal.payload());
  }

  static Entry membership(Membership membership) {
    Encoder out = new Encoder();
    membership.encode(out);
    return new Entry(Kind.MEMBERSHIP, 0, out.take());
  }

  Membership membership() {
    return membership(new Decoder(content));
  }

  static Membership membership(Decoder in) {
    int at = in.offset();
    try {
      return Membership.decode(in);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("membership: " + e.getMessage(), at);
    }
  }

  /** What it takes in a message and on disk, about. */
  int bytes() {
    return HEADER_BYTES + content.length();
  }

  void encode(Encoder out) {
    out.u8(kind.ordinal()).varint(version).bytes(content);
  }

  static Entry decode(Decoder in) {
    int kind = in.u8();
    if (kind >= Kind.values().length) {
      throw new MalformedException("entry of kind " + kind, in.offset() - 1);
    }
    return new Entry(Kind.values()[kind], in.varint(), in.bytes());
  }

  @Override
  public String toString() {
    return kind + "+" + content.length();
  }
}
