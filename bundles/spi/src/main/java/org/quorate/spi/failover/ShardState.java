package org.quorate.spi.failover;

/** How far an operation is on one shard. */
public enum ShardState {
  INIT,
  SENT,
  PREPARED,
  COMMITTED,
  /** It did not take part: who ends the operation so leaves it behind. */
  FAILED
}
