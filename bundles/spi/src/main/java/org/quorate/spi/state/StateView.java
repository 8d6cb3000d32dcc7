package org.quorate.spi.state;

import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateCursor;

/** The state machine's own key space, read only. Its keys are free of the platform's. */
@ProviderType
public interface StateView {
  /** The value, or null. */
  Bytes get(Bytes key);

  /** Walks from {@code from} (inclusive) to {@code to} (exclusive, null for the end). */
  StateCursor scan(Bytes from, Bytes to);

  /** Walks the same range backwards. */
  StateCursor scanReverse(Bytes from, Bytes to);

  /** Version of the last commit seen. */
  long version();

  /** Ordered time of the last commit seen, milliseconds since the group began; not a clock. */
  long timeMs();
}
