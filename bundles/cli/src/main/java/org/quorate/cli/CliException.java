package org.quorate.cli;

/** A command that cannot go on; printed as {@code error: … / next: …}. */
public final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;
  private final String next;

  public CliException(int exitCode, String message, String next) {
    this(exitCode, message, next, null);
  }

  public CliException(int exitCode, String message, String next, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.next = next;
  }

  public int exitCode() {
    return exitCode;
  }

  /** What the user does next. */
  public String next() {
    return next;
  }
}
