package org.quorate.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;

/** What ended operations left to be put right, as it is kept. */
final class EventKeys {
  private final Coordinator coordinator;
  private final Layout layout;

  EventKeys(Coordinator coordinator, Layout layout) {
    this.coordinator = coordinator;
    this.layout = layout;
  }

  /** Of a type, or of all for null. */
  CompletionStage<List<FailoverEvent>> list(String type, int limit) {
    try {
      FailoverLimits.range("limit", limit, 1, FailoverLimits.EVENTS);
    } catch (FailoverException e) {
      return CompletableFuture.failedStage(e);
    }
    return list(RangeQuery.of(layout.eventTree()), type, limit, new ArrayList<>());
  }

  private CompletionStage<List<FailoverEvent>> list(
      RangeQuery query, String type, int limit, List<FailoverEvent> found) {
    return coordinator
        .range(query)
        .thenCompose(
            page -> {
              page.entries().stream()
                  .map(this::event)
                  .filter(e -> type == null || e.type().equals(type))
                  .limit(limit - found.size())
                  .forEach(found::add);
              return page.more() && found.size() < limit
                  ? list(query.after(page, false), type, limit, found)
                  : CompletableFuture.completedStage(List.copyOf(found));
            });
  }

  private FailoverEvent event(KeyEntry entry) {
    return RecordCodec.event(layout.eventId(entry.key()), entry.value());
  }

  /** Fails as NOT_FOUND. */
  CompletionStage<FailoverEvent> get(long id) {
    return entry(id).thenApply(this::event);
  }

  private CompletionStage<KeyEntry> entry(long id) {
    return coordinator
        .get(layout.event(id))
        .thenApply(
            entry -> {
              if (entry == null) {
                throw new FailoverException(
                    Code.NOT_FOUND, "there is no event " + Long.toUnsignedString(id));
              }
              return entry;
            });
  }

  /** Takes a shard out, or all for null; answers who is left. */
  CompletionStage<List<String>> repaired(long id, String shard) {
    return entry(id)
        .thenCompose(
            entry -> {
              FailoverEvent event = event(entry);
              if (shard != null && !event.behind().contains(shard)) {
                throw new FailoverException(
                    Code.NOT_FOUND,
                    "shard '" + shard + "' is not behind in event " + Long.toUnsignedString(id));
              }
              List<String> left =
                  event.behind().stream().filter(s -> shard != null && !s.equals(shard)).toList();
              Condition same = new Condition.Unchanged(entry.key(), entry.modRevision());
              Op then =
                  left.isEmpty()
                      ? new Op.Delete(entry.key())
                      : new Op.Put(entry.key(), RecordCodec.event(with(event, left)));
              return coordinator
                  .transact(new Transaction(List.of(same), List.of(then)))
                  .thenCompose(
                      done ->
                          done.succeeded()
                              ? CompletableFuture.completedStage(left)
                              : repaired(id, shard));
            });
  }

  private static FailoverEvent with(FailoverEvent e, List<String> behind) {
    return new FailoverEvent(
        e.id(), e.database(), e.table(), e.type(), e.endedAtMs(), e.node(), behind);
  }
}
