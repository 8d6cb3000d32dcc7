package org.quorate.core.replica;

/**
 * A strategy cannot open a link; the message says why and what to do next. Who gives strategies to a
 * replica that is to outlive one that fails throws it from their {@code open}: the replica parks until
 * it is opened anew. Any other exception there is taken for a defect.
 */
public final class StrategyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StrategyException(String message, Throwable cause) {
    super(message, cause);
  }
}
