package org.quorate.coordinator.kv;

import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;

/** What is stored of who holds or wants a lock. */
record ClaimRecord(String sessionName, String purpose, long askedAtMs, long heldSinceMs) {
  ClaimRecord held(long sinceMs) {
    return new ClaimRecord(sessionName, purpose, askedAtMs, sinceMs);
  }

  Bytes encode() {
    Encoder out = new Encoder();
    return out.text(sessionName).text(purpose).varint(askedAtMs).varint(heldSinceMs).take();
  }

  static ClaimRecord decode(Decoder in) {
    return new ClaimRecord(in.text(), in.text(), in.varint(), in.varint());
  }

  /** What others are shown of a claim. */
  static LockInfo.Claim shown(KvEntry entry, long epoch) {
    ClaimRecord record = decode(new Decoder(entry.value()));
    return new LockInfo.Claim(
        new FencingToken(epoch, entry.createRevision()),
        Places.claimantAt(entry.key()),
        record.sessionName,
        record.purpose,
        record.askedAtMs,
        record.heldSinceMs);
  }
}
