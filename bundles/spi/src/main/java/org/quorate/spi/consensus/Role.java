package org.quorate.spi.consensus;

/** What a member is to a link. A strategy declares which it knows. */
public enum Role {
  /** Counts for quorums and holds data. */
  VOTER,
  /** Holds data, does not count. */
  LEARNER,
  /** Counts, holds order but no payload. */
  WITNESS,
  /** Holds the log but no state. */
  SHADOW
}
