package org.quorate.operations;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;

/** What a coordinator's errors mean here. */
final class Errors {
  private static final int MESSAGE_CHARS = 500;

  private Errors() {}

  /** Null for null. */
  static OperationException of(Throwable thrown) {
    Throwable e = unwrapped(thrown);
    if (e == null || e instanceof OperationException) {
      return (OperationException) e;
    }
    if (e instanceof CoordinationException c) {
      return new OperationException(code(c.code()), c.getMessage(), c);
    }
    return new OperationException(Code.BROKEN, String.valueOf(e), e);
  }

  private static Code code(CoordinationException.Code code) {
    return switch (code) {
      case INVALID, FORBIDDEN -> Code.INVALID;
      case TOO_LARGE -> Code.TOO_LARGE;
      case SESSION_EXPIRED, LOCK_LOST -> Code.NOT_ONLINE;
      case OVERLOADED, UNAVAILABLE -> Code.UNAVAILABLE;
      case INDETERMINATE -> Code.INDETERMINATE;
      case CLOSED -> Code.CLOSED;
      case UNSUPPORTED, COMPACTED, BROKEN -> Code.BROKEN;
    };
  }

  /** Whether the same request may succeed a little later. */
  static boolean passing(OperationException e) {
    return e.code() == Code.UNAVAILABLE || e.code() == Code.INDETERMINATE;
  }

  /** What is told of a failure, shortened. */
  static String said(Throwable thrown) {
    Throwable e = unwrapped(thrown);
    String text = e.getMessage() == null ? e.toString() : e.getMessage();
    return text.length() <= MESSAGE_CHARS ? text : text.substring(0, MESSAGE_CHARS);
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable e = thrown;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }

  static <T> CompletionStage<T> named(CompletionStage<T> stage) {
    return stage.exceptionallyCompose(e -> CompletableFuture.failedStage(of(e)));
  }
}
