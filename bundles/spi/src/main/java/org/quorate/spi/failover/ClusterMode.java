package org.quorate.spi.failover;

/** What the cluster may begin. What was begun before goes on in any mode. */
public enum ClusterMode {
  /** Everything. */
  NORMAL,
  /** Nothing that writes: it waits, takeovers too. Reads go on. */
  READONLY,
  /** Nothing: it is refused. Takeovers wait. */
  RECOVERY
}
