package org.quorate.spi.operations;

/**
 * Why a request to {@link ClusterOperations} failed; the code says what to do next. An operation that
 * began does not fail: it has an outcome.
 */
public final class OperationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller does next. */
  public enum Code {
    /** The arguments have no meaning: correct them. Nothing was begun. */
    INVALID,
    /** A text, or how many there are, over its limit, which the message names. Nothing was begun. */
    TOO_LARGE,
    /** Another operation has the lock; the message says which, since when. Nothing was begun. */
    LOCKED,
    /** There is no such operation, or node, or nothing to roll back. */
    NOT_FOUND,
    /** The operation is decided: it can only be ended by force. */
    DECIDED,
    /** This node is not online: it becomes so by itself as soon as it can. Nothing was begun. */
    NOT_ONLINE,
    /** Nobody served it in time: try again. Nothing was begun. */
    UNAVAILABLE,
    /** What became of it is not known: look at the operations before trying again. */
    INDETERMINATE,
    /** The service of this node is closed. What it had begun is ended by others. */
    CLOSED,
    /** What is stored cannot be read: a defect, or foreign data in the service's place. */
    BROKEN
  }

  private final Code code;

  public OperationException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public OperationException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
