package org.quorate.spi.coordination;

/** Why a request to a {@link Coordinator} failed; the code says what to do next. */
public final class CoordinationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller does next. */
  public enum Code {
    /** The arguments have no meaning: correct them. Nothing was done. */
    INVALID,
    /** A key, value, transaction or name over its limit, which the message names. Nothing was done. */
    TOO_LARGE,
    /** The provider has declared that it lacks this {@link Capability}. Nothing was done. */
    UNSUPPORTED,
    /**
     * The session has ended, never was, or is not held by this coordinator: open a new one. Nothing was
     * done.
     */
    SESSION_EXPIRED,
    /** The lock is not held any more, or not by this token: stop what it protects. */
    LOCK_LOST,
    /** The history from the revision asked for is gone: list again and go on from there. */
    COMPACTED,
    /** A limit of requests, sessions or watches is reached: try again later. Nothing was done. */
    OVERLOADED,
    /** Nobody served it in time, or it is being moved: try again. Nothing was done. */
    UNAVAILABLE,
    /** It was sent and the answer was lost: it was done once or not at all. Look before trying again. */
    INDETERMINATE,
    /** The caller's role does not allow it. Nothing was done. */
    FORBIDDEN,
    /** The coordinator, or this subscription, is closed. Nothing was done. */
    CLOSED,
    /** What is stored cannot be read: a defect, or foreign data in the provider's place. */
    BROKEN
  }

  private final Code code;
  private final boolean sealed;

  public CoordinationException(Code code, String message) {
    this(code, message, null);
  }

  public CoordinationException(Code code, String message, Throwable cause) {
    this(code, message, cause, false);
  }

  private CoordinationException(Code code, String message, Throwable cause, boolean sealed) {
    super(message, cause);
    this.code = code;
    this.sealed = sealed;
  }

  /** What a {@link Movable#seal seal} refuses: UNAVAILABLE, and certainly not done. */
  public static CoordinationException sealed(String reason) {
    return new CoordinationException(
        Code.UNAVAILABLE, "sealed, nothing can be changed: " + reason, null, true);
  }

  /** What is refused where all that was kept has gone on elsewhere, reads too: as by a seal. */
  public static CoordinationException moved(String reason) {
    return new CoordinationException(
        Code.UNAVAILABLE,
        "what was kept here has gone on elsewhere: "
            + reason
            + "; use the coordinator as a node offers it, which goes along",
        null,
        true);
  }

  public Code code() {
    return code;
  }

  /** Whether it is a seal that refused it: it can be asked where all has gone on. */
  public boolean isSealed() {
    return sealed;
  }
}
