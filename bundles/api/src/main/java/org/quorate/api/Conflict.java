package org.quorate.api;

/**
 * Why certification refused a transaction.
 *
 * @param key the first key in conflict, or null when the snapshot was older than the horizon
 * @param winnerVersion version of the commit that changed it
 */
public record Conflict(Reason reason, Bytes key, long winnerVersion) {
  /** Kinds of conflict. */
  public enum Reason {
    /** A written key was written by another since the snapshot. */
    WRITE_WRITE,
    /** A key or range that was read has changed since the snapshot. */
    READ_WRITE,
    /** A command without keys ran since the snapshot. */
    ISOLATED,
    /** The snapshot is older than what the certifier remembers. */
    HORIZON
  }
}
