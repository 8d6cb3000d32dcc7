package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;

/**
 * The layout of a log record, the same on disk, in memory and on the wire: {@code term i64 | type u8
 * | payload}. A seal's payload begins with its plan's number.
 */
final class Entry {
  /** Carries nothing: the first entry of a leader's term. */
  static final int NOOP = 0;

  /** What was submitted. */
  static final int PAYLOAD = 1;

  /** A membership. */
  static final int CONFIG = 2;

  /** The record that ends the link: {@code planId i64 | payload}. */
  static final int SEAL = 3;

  static final int HEADER_BYTES = 9;

  private Entry() {}

  static Bytes noop(long term) {
    return of(term, NOOP, Bytes.EMPTY);
  }

  static Bytes payload(long term, Bytes payload) {
    return of(term, PAYLOAD, payload);
  }

  static Bytes config(long term, Membership membership) {
    Encoder out = new Encoder().i64(term).u8(CONFIG);
    membership.encode(out);
    return out.take();
  }

  static Bytes seal(long term, long planId, Bytes payload) {
    return of(term, SEAL, Bytes.ofLong(planId).concat(payload));
  }

  private static Bytes of(long term, int type, Bytes payload) {
    byte[] record = new byte[HEADER_BYTES + payload.length()];
    for (int i = 0; i < 8; i++) {
      record[i] = (byte) (term >>> (56 - 8 * i));
    }
    record[8] = (byte) type;
    payload.copyTo(record, HEADER_BYTES);
    return Bytes.wrap(record);
  }

  static long term(Bytes record) {
    byte[] a = record.array();
    int o = record.arrayOffset();
    long term = 0;
    for (int i = 0; i < 8; i++) {
      term = term << 8 | a[o + i] & 0xff;
    }
    return term;
  }

  static int type(Bytes record) {
    return record.at(8);
  }

  /** What the virtual log gave: of a payload or a seal. */
  static Bytes content(Bytes record) {
    return record.from(type(record) == SEAL ? HEADER_BYTES + 8 : HEADER_BYTES);
  }

  static Membership membership(Bytes record) {
    Decoder in = new Decoder(record.from(HEADER_BYTES));
    Membership membership = Memberships.decode(in);
    in.end();
    return membership;
  }

  static long planId(Bytes record) {
    return record.longAt(HEADER_BYTES);
  }

  /** Throws MalformedException unless every other method here can read the record. */
  static void check(Bytes record) {
    if (record.length() < HEADER_BYTES) {
      throw new MalformedException("record of " + record.length() + " bytes", 0);
    }
    if (term(record) <= 0) {
      throw new MalformedException("record of term " + term(record), 0);
    }
    switch (type(record)) {
      case PAYLOAD -> {}
      case NOOP -> {
        if (record.length() != HEADER_BYTES) {
          throw new MalformedException("no-op with content", HEADER_BYTES);
        }
      }
      case CONFIG -> membership(record);
      case SEAL -> {
        if (record.length() < HEADER_BYTES + 8) {
          throw new MalformedException("seal cut short", record.length());
        }
      }
      default -> throw new MalformedException("record of type " + type(record), 8);
    }
  }
}
