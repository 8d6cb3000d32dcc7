package org.quorate.api;

/** What became of a proposal; each case tells the caller what to do next. */
public sealed interface Outcome {
  /**
   * Ordered, certified and executed; durable on a quorum.
   *
   * @param result the state machine's answer
   */
  record Committed(Gtid gtid, long position, Bytes result) implements Outcome {}

  /**
   * Committed when it was sent before, under the same session and sequence; its answer, a large one
   * that was lost on its way, is not kept any more. A read can be made again; what a write has left
   * can be read.
   */
  record Executed(Gtid gtid, long position) implements Outcome {}

  /** Ordered, but certification failed: read again and decide again. Nothing was executed. */
  record Aborted(Conflict conflict) implements Outcome {}

  /**
   * This node does not take proposals, or does not answer such reads, now; nothing was ordered. Send
   * it to the hint.
   *
   * @param hint who probably does, or null while nobody is known
   * @param why the state this node is in and what to do; empty if only another node leads
   */
  record NotLeader(NodeId hint, String why) implements Outcome {
    /** Another node leads, or nobody does. */
    public NotLeader(NodeId hint) {
      this(hint, "");
    }
  }

  /** A limit was reached; nothing was ordered. Send it again after the time given. */
  record Overloaded(long retryAfterMs, String limit) implements Outcome {}

  /**
   * The fate is not known: it may be executed later or never. With a session, repeat it with the
   * same sequence; it is executed at most once.
   */
  record Indeterminate(String reason, NodeId hint) implements Outcome {}

  /** Will not succeed however often it is sent. Nothing was executed by it. */
  record Rejected(Rejection code, String message) implements Outcome {}

  /** Why a proposal or read can never succeed. */
  enum Rejection {
    /** No such group on this node. */
    UNKNOWN_GROUP,
    /** Key, value or command over its limit. */
    TOO_LARGE,
    /** The session is not known or has ended; open a new one. */
    SESSION_EXPIRED,
    /** The answer was forgotten since the client had acknowledged it. */
    SEQUENCE_FORGOTTEN,
    /** Does not decode, or has a number out of its range. */
    MALFORMED,
    /** The revision asked for has been compacted. */
    COMPACTED,
    /** The replica is parked: see its status. */
    PARKED,
    /** The state machine does not know it. */
    UNSUPPORTED,
    /** The caller's role does not allow it. */
    FORBIDDEN,
    /** The snapshot is of a version that the group has not reached: it was read elsewhere. */
    FUTURE_SNAPSHOT,
    /** The history of the replica has ended: a forced bootstrap made the group go on in another. */
    FORKED
  }
}
