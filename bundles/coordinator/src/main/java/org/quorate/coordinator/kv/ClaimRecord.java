package org.quorate.coordinator.kv;

import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;

/**
 * What is stored of who holds or wants a lock.
 *
 * @param came the token that it came with from another provider, null if it was made here
 */
record ClaimRecord(
    String sessionName, String purpose, long askedAtMs, long heldSinceMs, FencingToken came) {
  static ClaimRecord of(LockInfo.Claim claim) {
    return new ClaimRecord(
        claim.sessionName(),
        claim.purpose(),
        claim.askedAtMs(),
        claim.heldSinceMs(),
        claim.token());
  }

  ClaimRecord held(long sinceMs) {
    return new ClaimRecord(sessionName, purpose, askedAtMs, sinceMs, came);
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.text(sessionName).text(purpose).varint(askedAtMs).varint(heldSinceMs);
    if (came != null) {
      out.varint(came.epoch()).varint(came.counter());
    }
    return out.take();
  }

  static ClaimRecord decode(Decoder in) {
    return new ClaimRecord(
        in.text(),
        in.text(),
        in.varint(),
        in.varint(),
        in.remaining() > 0 ? new FencingToken(in.varint(), in.varint()) : null);
  }

  /** What others are shown of a claim. */
  static LockInfo.Claim shown(KvEntry entry, Base base) {
    ClaimRecord record = decode(new Decoder(entry.value()));
    return new LockInfo.Claim(
        base.token(entry),
        Places.claimantAt(entry.key()),
        record.sessionName,
        record.purpose,
        record.askedAtMs,
        record.heldSinceMs);
  }
}
