package org.quorate.spi.consensus;

import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.wire.Encoder;

/** A message of a strategy's protocol: an immutable value with its own encoding. */
@ConsumerType
public interface Message {
  /** Writes it so that {@link PureLoglet#decode} of the same strategy reads it. */
  void encode(Encoder out);
}
