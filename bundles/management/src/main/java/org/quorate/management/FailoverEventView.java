package org.quorate.management;

import java.time.Instant;
import java.util.List;
import org.quorate.spi.failover.FailoverEvent;

/**
 * What an operation that has ended left to be put right.
 *
 * @param commitId of the operation, unsigned
 * @param node the address of who ended it
 * @param behind shards that failed and were not put right since
 */
public record FailoverEventView(
    String commitId,
    String database,
    String table,
    String type,
    String endTime,
    String node,
    List<String> behind) {
  static FailoverEventView of(FailoverEvent e) {
    return new FailoverEventView(
        Long.toUnsignedString(e.id()),
        e.database(),
        e.table(),
        e.type(),
        Instant.ofEpochMilli(e.endedAtMs()).toString(),
        e.node().address(),
        e.behind());
  }
}
