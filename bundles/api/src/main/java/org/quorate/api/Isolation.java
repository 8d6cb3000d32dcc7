package org.quorate.api;

/** What a transaction is certified against; the same on every strategy. */
public enum Isolation {
  /**
   * First committer wins on written keys: no lost update and no read skew, but write skew (Berenson
   * et al. 1995, snapshot isolation).
   */
  SNAPSHOT,
  /**
   * No key, range or absence that was read has changed since the snapshot; what was written without
   * reading it conflicts with nothing.
   */
  SERIALIZABLE,
  /** As {@link #SERIALIZABLE}, and the snapshot was a linearizable read: in real-time order too. */
  STRICT
}
