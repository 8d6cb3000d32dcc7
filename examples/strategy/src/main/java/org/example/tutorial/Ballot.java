package org.example.tutorial;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * An attempt to lead. The identity of the store makes it unique among nodes; that its owner promises
 * it to itself on disk before anyone hears of it makes it unique over restarts.
 */
record Ballot(long round, long store) implements Comparable<Ballot> {
  static final Ballot NONE = new Ballot(0, 0);

  /** Bytes of the encoding. */
  static final int BYTES = 16;

  boolean below(Ballot other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(Ballot other) {
    return round != other.round
        ? Long.compare(round, other.round)
        : Long.compare(store, other.store);
  }

  void encode(Encoder out) {
    out.i64(round).i64(store);
  }

  static Ballot decode(Decoder in) {
    return new Ballot(in.i64(), in.i64());
  }

  @Override
  public String toString() {
    return round + "." + Long.toHexString(store);
  }
}
