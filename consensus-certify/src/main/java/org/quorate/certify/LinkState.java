package org.quorate.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;

/**
 * What the protocol needs of the log that a snapshot stands for.
 *
 * @param view of the last slot
 * @param membership in force there
 * @param mids the messages ordered up to there
 * @param laggards stores of the members that are out of the lag budget there
 */
record LinkState(View view, Membership membership, MidTable mids, List<Long> laggards) {
  private static final int VERSION = 1;

  Bytes encode() {
    Encoder out = new Encoder().u8(VERSION);
    view.encode(out);
    membership.encode(out);
    mids.encode(out);
    Laggards.encode(laggards, out);
    return out.take();
  }

  static LinkState decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedException("link state of format " + version, 0);
    }
    View view = View.decode(in);
    Membership membership = Memberships.decode(in);
    MidTable mids = MidTable.decode(in);
    List<Long> laggards = Laggards.decode(in);
    in.end();
    return new LinkState(view, membership, mids, laggards);
  }
}
