package org.quorate.management;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** An operation that failed in a way the caller can understand. */
public final class OperationException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Failure failure;

  public OperationException(FailureCode code, String message, String next) {
    this(code, message, next, null);
  }

  public OperationException(FailureCode code, String message, String next, Throwable cause) {
    super(message, cause);
    failure = new Failure(code, message, next);
  }

  public Failure failure() {
    return failure;
  }

  /** What to tell a caller of any throwable: its own failure, or an internal one. */
  public static Failure of(Throwable thrown) {
    Throwable t = cause(thrown);
    if (t instanceof OperationException e) {
      return e.failure();
    }
    if (t instanceof IllegalArgumentException) {
      return new Failure(FailureCode.BAD_REQUEST, t.getMessage(), "correct the argument");
    }
    String text = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    return new Failure(FailureCode.INTERNAL, text, "see the node's log");
  }

  /** What a stage or future failed with. */
  static Throwable cause(Throwable thrown) {
    Throwable t = thrown;
    while ((t instanceof CompletionException || t instanceof ExecutionException)
        && t.getCause() != null) {
      t = t.getCause();
    }
    return t;
  }
}
