package org.quorate.spi.state;

import org.quorate.api.Outcome.Rejection;

/** A query that can never be answered, with the reason for the caller. */
public final class QueryException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Rejection code;

  public QueryException(Rejection code, String message) {
    super(message);
    this.code = code;
  }

  public Rejection code() {
    return code;
  }
}
