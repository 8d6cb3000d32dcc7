package org.quorate.management;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.quorate.failover.Operators;
import org.quorate.spi.failover.FailoverEvent;

/**
 * What an operation that has ended left to be put right. Of one that cannot be read only the id, the type
 * {@code unreadable} and why.
 *
 * @param commitId of the operation, unsigned
 * @param node the address of who ended it
 * @param behind shards that failed and were not put right since
 * @param why it cannot be read, with its key; null of one that can
 */
public record FailoverEventView(
    String commitId,
    String database,
    String table,
    String type,
    String endTime,
    String node,
    List<String> behind,
    String why) {
  /** Those that cannot be read are the last. */
  static List<FailoverEventView> of(Operators.ListedEvents all) {
    List<FailoverEventView> views = new ArrayList<>();
    all.events().forEach(e -> views.add(of(e)));
    all.unreadable()
        .forEach(
            (key, why) ->
                views.add(
                    new FailoverEventView(
                        key.substring(key.lastIndexOf('/') + 1).replaceFirst("^0+(?=.)", ""),
                        null,
                        null,
                        "unreadable",
                        null,
                        null,
                        List.of(),
                        key + ": " + why)));
    return views;
  }

  static FailoverEventView of(FailoverEvent e) {
    return new FailoverEventView(
        Long.toUnsignedString(e.id()),
        e.database(),
        e.table(),
        e.type(),
        Instant.ofEpochMilli(e.endedAtMs()).toString(),
        e.node().address(),
        e.behind(),
        null);
  }
}
