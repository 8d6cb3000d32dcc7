package org.quorate.management;

/** Kinds of failure, with the HTTP status and the failure code of an event-bus reply. */
public enum FailureCode {
  BAD_REQUEST(400),
  UNAUTHORIZED(401),
  FORBIDDEN(403),
  NOT_FOUND(404),
  CONFLICT(409),
  TOO_LARGE(413),
  OVERLOADED(429),
  INTERNAL(500),
  UNSUPPORTED(501),
  /** No leader, parked, or not serving yet: it may work later. */
  UNAVAILABLE(503),
  /** The fate of a write is not known: read before writing again. */
  INDETERMINATE(504);

  private final int status;

  FailureCode(int status) {
    this.status = status;
  }

  /** The status of an HTTP answer. */
  public int status() {
    return status;
  }
}
