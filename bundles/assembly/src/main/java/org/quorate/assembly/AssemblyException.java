package org.quorate.assembly;

/** An assembly that cannot be read, trusted or put in place; the message says what to do. */
public final class AssemblyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a cause. */
  public AssemblyException(String message, Throwable cause) {
    super(message, cause);
  }

  public AssemblyException(String message) {
    super(message);
  }
}
