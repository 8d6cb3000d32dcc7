package org.quorate.core.log;

import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Where a swap was asked for, and when; for people, nothing is decided by it.
 *
 * @param by the node that was asked; empty if nobody was
 * @param atMs milliseconds since 1970 by that node's clock
 */
public record Asked(String by, long atMs) {
  /** Nobody asked: the first link of a group, or of a history. */
  public static final Asked NEVER = new Asked("", 0);

  public void encode(Encoder out) {
    out.text(by).varint(atMs);
  }

  /** Throws MalformedException. */
  public static Asked decode(Decoder in) {
    return new Asked(in.text(), in.varint());
  }
}
