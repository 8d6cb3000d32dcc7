package org.quorate.spi.failover;

import java.util.List;

/**
 * What an operation left to be put right: it has ended, and some shards have failed it.
 *
 * @param id the commit id of the operation
 * @param type of the operation
 * @param endedAtMs milliseconds since 1970 by the clock of who ended it; only to be shown
 * @param node who ended it
 * @param behind the shards that failed and were not put right since, in order
 */
public record FailoverEvent(
    long id,
    String database,
    String table,
    String type,
    long endedAtMs,
    FailoverRecord.Owner node,
    List<String> behind) {
  public FailoverEvent {
    behind = List.copyOf(behind);
  }
}
