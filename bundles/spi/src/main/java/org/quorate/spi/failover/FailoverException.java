package org.quorate.spi.failover;

/** Why a request to a {@link FailoverRegistry} failed; the code says what to do next. */
public final class FailoverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller does next. */
  public enum Code {
    /** The arguments have no meaning: correct them. */
    INVALID,
    /** Content, record or name over its limit, which the message names. Nothing was done. */
    TOO_LARGE,
    /**
     * The work is another's by now, or this node's lease is over: stop it, without a word to any shard.
     * The registry sees to its end.
     */
    FENCED,
    /** States only go forward, by the ways of the operation's type. Nothing was done. */
    BAD_STATE,
    /** There is no such record. */
    NOT_FOUND,
    /** A node that lives works on it: wait, or force it. Nothing was done. */
    IN_USE,
    /** Another record holds the lock; the message names it. Nothing was done. */
    LOCKED,
    /** The cluster is read-only and remained so as long as was to be waited. Nothing was begun. */
    READ_ONLY,
    /** The cluster is in recovery: nothing is begun. */
    RECOVERY,
    /** The node has no lease yet, or no more: try again when it has. Nothing was done. */
    NOT_REGISTERED,
    /** Too few coordination servers: begin no work. Nothing was recorded. */
    NO_QUORUM,
    /** The answer was lost: it was done once or not at all. Look before trying again. */
    INDETERMINATE,
    /** The registry is closed. */
    CLOSED,
    /** What is stored cannot be read: a defect, or foreign data in the registry's place. */
    BROKEN
  }

  private final Code code;

  public FailoverException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public FailoverException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
