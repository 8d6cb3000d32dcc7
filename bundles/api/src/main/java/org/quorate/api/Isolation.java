package org.quorate.api;

/** What a transaction is certified against; the same on every strategy. */
public enum Isolation {
  /** First committer wins on written keys (Berenson et al. 1995, snapshot isolation). */
  SNAPSHOT,
  /** Also no key, range or absence that was read may have changed since the snapshot. */
  SERIALIZABLE,
  /** As {@link #SERIALIZABLE}, and the snapshot was a linearizable read. */
  STRICT
}
