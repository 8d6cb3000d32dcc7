package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;

/**
 * What Raft needs of the log that a snapshot stands for. Raft §5.1.
 *
 * @param term of the last entry
 * @param membership in force there
 */
record LinkState(long term, Membership membership) {
  private static final int VERSION = 1;

  Bytes encode() {
    Encoder out = new Encoder().u8(VERSION).i64(term);
    membership.encode(out);
    return out.take();
  }

  static LinkState decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedException("link state of format " + version, 0);
    }
    long term = in.i64();
    if (term < 0) {
      throw new MalformedException("term " + term, 1);
    }
    Membership membership = Memberships.decode(in);
    in.end();
    return new LinkState(term, membership);
  }
}
