package org.quorate.failover;

import java.util.concurrent.CompletionException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;

/** What a coordinator's errors mean here. */
final class Errors {
  private Errors() {}

  /** Null for null. */
  static FailoverException of(Throwable thrown) {
    Throwable e = thrown;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    if (e == null || e instanceof FailoverException) {
      return (FailoverException) e;
    }
    if (e instanceof CoordinationException c) {
      return new FailoverException(code(c.code()), c.getMessage(), c);
    }
    return new FailoverException(Code.BROKEN, String.valueOf(e), e);
  }

  private static Code code(CoordinationException.Code code) {
    return switch (code) {
      case INVALID, FORBIDDEN -> Code.INVALID;
      case TOO_LARGE -> Code.TOO_LARGE;
      case SESSION_EXPIRED, LOCK_LOST -> Code.FENCED;
      case OVERLOADED, UNAVAILABLE -> Code.NO_QUORUM;
      case INDETERMINATE -> Code.INDETERMINATE;
      case CLOSED -> Code.CLOSED;
      case UNSUPPORTED, COMPACTED, BROKEN -> Code.BROKEN;
    };
  }

  /** Whether the same request may succeed a little later. */
  static boolean passing(FailoverException e) {
    return e.code() == Code.NO_QUORUM || e.code() == Code.INDETERMINATE;
  }
}
