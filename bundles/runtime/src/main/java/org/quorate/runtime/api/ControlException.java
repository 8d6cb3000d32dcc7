package org.quorate.runtime.api;

/** An operation on a node that failed; things are as they were before unless the code says so. */
public final class ControlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Code {
    /** The request does not make sense; the message says what would. */
    INVALID,
    /** No such group on this node. */
    UNKNOWN_GROUP,
    /** No such node in the address book or the group. */
    UNKNOWN_NODE,
    /** A group of this name is there already. */
    EXISTS,
    /** The group is not open on this node, or nobody leads it. */
    UNAVAILABLE,
    /** The outcome is not known: look at the status. */
    TIMEOUT,
    /** A bug or a broken disk. */
    INTERNAL,
    /** The group has another history there: the message names both and where they parted. */
    FORKED,
    /** This node cannot do it, whatever the request says. */
    UNSUPPORTED,
    /** It is not allowed here; the message says what would be. */
    FORBIDDEN
  }

  private final Code code;

  public ControlException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
