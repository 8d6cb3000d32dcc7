package org.quorate.api;

/**
 * Why certification refused a transaction. All but the hint is a function of the log: every replica
 * and an offline replay give the same.
 *
 * @param key the first key in conflict; null where the reason is about no key
 * @param winner the commit that came first; for {@link Reason#HORIZON} the oldest snapshot that can
 *     still be certified
 * @param node where the winner was proposed; null if that is not known
 * @param retryAfterMs how long to wait before the next try, as a bound for a random pause; 0 for at
 *     once
 */
public record Conflict(Reason reason, Bytes key, Gtid winner, NodeId node, long retryAfterMs) {
  /** Kinds of conflict. */
  public enum Reason {
    /** A written key was written by another since the snapshot. */
    WRITE_WRITE,
    /** A key or range that was read has changed since the snapshot. */
    READ_WRITE,
    /** A command without keys ran since the snapshot, or this one names none and others ran. */
    ISOLATED,
    /** The snapshot is older than what the certifier remembers. */
    HORIZON,
    /** Another transaction, which had lost often, has reserved a written key. */
    INTENT
  }

  /** The same with another hint. */
  public Conflict withRetryAfterMs(long ms) {
    return new Conflict(reason, key, winner, node, ms);
  }

  /** In words for a person. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(reason.name());
    if (key != null) {
      text.append(" at ").append(key);
    }
    text.append(reason == Reason.HORIZON ? ", oldest snapshot " : ", won by ").append(winner);
    return node == null ? text.toString() : text.append(" from ").append(node).toString();
  }
}
