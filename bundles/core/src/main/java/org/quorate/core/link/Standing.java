package org.quorate.core.link;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * How far a replica is in the chain of links.
 *
 * @param active epoch that it delivers from
 * @param oldest epoch of the oldest link that it still serves: who is before it needs a snapshot
 * @param durable epoch in which its last durable checkpoint lies
 * @param asks whether it wants to know the same of who hears this
 */
public record Standing(long active, long oldest, long durable, boolean asks) {
  /** The same, as a question. */
  public Standing asking() {
    return new Standing(active, oldest, durable, true);
  }

  public Bytes encode() {
    return new Encoder(32).varint(active).varint(oldest).varint(durable).bool(asks).take();
  }

  /** Throws MalformedException. */
  public static Standing decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    Standing standing = new Standing(in.varint(), in.varint(), in.varint(), in.bool());
    in.end();
    return standing;
  }
}
