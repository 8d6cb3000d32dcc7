package org.quorate.operations;

import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;

/** Values of {@link OperationParameters}, in milliseconds. */
public record Settings(long heartbeatMs, long leaseMs) {
  public Settings {
    if (leaseMs < 3 * heartbeatMs) {
      throw new OperationException(
          Code.INVALID,
          "op.lease.ms is "
              + leaseMs
              + "; with op.hb.ms "
              + heartbeatMs
              + " it goes from "
              + 3 * heartbeatMs
              + " to 600000");
    }
  }

  /** After how long what failed is tried again. */
  long retryMs() {
    return heartbeatMs / 10;
  }
}
