package org.quorate.spi.transport;

/** Independent streams to a peer: one lane's backlog never delays another's. Ordered within. */
public enum Lane {
  /** Heartbeats and votes: few, small, never behind data. */
  CONTROL,
  /** Replication. */
  DATA,
  /** Snapshots and other bulk. */
  BULK
}
