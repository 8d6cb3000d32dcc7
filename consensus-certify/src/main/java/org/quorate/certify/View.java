package org.quorate.certify;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * Identity of a view. The store that proposes it is part of it, so that no two views are ever the
 * same, whoever proposes at once.
 *
 * @param number rises with each proposal; 0 before the first view
 * @param store the store of the member that proposed it: its sequencer
 */
public record View(long number, long store) implements Comparable<View> {
  /** Before the first view. */
  public static final View NONE = new View(0, 0);

  static final int BYTES = 16;

  @Override
  public int compareTo(View other) {
    int byNumber = Long.compare(number, other.number);
    return byNumber != 0 ? byNumber : Long.compare(store, other.store);
  }

  boolean isAfter(View other) {
    return compareTo(other) > 0;
  }

  void encode(Encoder out) {
    out.i64(number).i64(store);
  }

  /** On the wire: most views are the sender's own. */
  void encode(Encoder out, long sender) {
    out.varint(number).bool(store == sender);
    if (store != sender) {
      out.i64(store);
    }
  }

  static View decode(Decoder in, long sender) {
    long number = in.varint();
    if (number < 0) {
      throw new MalformedException("view " + Long.toUnsignedString(number), in.offset());
    }
    return new View(number, in.bool() ? sender : in.i64());
  }

  static View decode(Decoder in) {
    View view = new View(in.i64(), in.i64());
    if (view.number < 0) {
      throw new MalformedException("view " + view.number, in.offset());
    }
    return view;
  }

  @Override
  public String toString() {
    return number + "." + Long.toHexString(store);
  }
}
