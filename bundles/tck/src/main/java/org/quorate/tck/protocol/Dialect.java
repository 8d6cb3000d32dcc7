package org.quorate.tck.protocol;

import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Message;

/** How a protocol's messages are read from a frame and told in a transcript. */
public interface Dialect {
  /** The message of a frame. */
  Message decode(Bytes frame);

  /** The word for this kind of message: {@code append}. */
  String kind(Message message);

  /** What it says, in a line. */
  String words(Message message);
}
