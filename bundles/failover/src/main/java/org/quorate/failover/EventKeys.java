package org.quorate.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.failover.Operators.ListedEvents;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
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

  /** Of a type, or of all for null; and all that cannot be read, up to the last one listed. */
  CompletionStage<ListedEvents> list(String type, int limit) {
    try {
      FailoverLimits.range("limit", limit, 1, FailoverLimits.EVENTS);
    } catch (FailoverException e) {
      return CompletableFuture.failedStage(e);
    }
    ListedEvents found = new ListedEvents(new ArrayList<>(), new TreeMap<>());
    return list(RangeQuery.of(layout.eventTree()), type, limit, found);
  }

  private CompletionStage<ListedEvents> list(
      RangeQuery query, String type, int limit, ListedEvents found) {
    return coordinator
        .range(query)
        .thenCompose(
            page -> {
              for (KeyEntry entry : page.entries()) {
                if (found.events().size() < limit) {
                  add(entry, type, found);
                }
              }
              return page.more() && found.events().size() < limit
                  ? list(query.after(page, false), type, limit, found)
                  : CompletableFuture.completedStage(found);
            });
  }

  private void add(KeyEntry entry, String type, ListedEvents found) {
    try {
      FailoverEvent event = event(entry);
      if (type == null || event.type().equals(type)) {
        found.events().add(event);
      }
    } catch (FailoverException e) {
      found.unreadable().put(entry.key(), e.getMessage());
    }
  }

  /** Fails as BROKEN. */
  private FailoverEvent event(KeyEntry entry) {
    long id;
    try {
      id = layout.eventId(entry.key());
    } catch (NumberFormatException e) {
      throw new FailoverException(Code.BROKEN, "no commit id in key " + entry.key(), e);
    }
    return RecordCodec.event(id, entry.value());
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

  /**
   * Takes a shard out, or all for null; answers who is left.
   *
   * @param force whether one that cannot be read is to end
   */
  CompletionStage<List<String>> repaired(long id, String shard, boolean force) {
    return entry(id)
        .thenCompose(
            entry -> {
              FailoverEvent event = force ? readable(entry) : event(entry);
              if (event == null) {
                return change(entry, new Op.Delete(entry.key()))
                    .thenCompose(done -> done ? none() : repaired(id, shard, true));
              }
              if (shard != null && !event.behind().contains(shard)) {
                throw new FailoverException(
                    Code.NOT_FOUND,
                    "shard '" + shard + "' is not behind in event " + Long.toUnsignedString(id));
              }
              List<String> left =
                  event.behind().stream().filter(s -> shard != null && !s.equals(shard)).toList();
              Op then =
                  left.isEmpty()
                      ? new Op.Delete(entry.key())
                      : new Op.Put(entry.key(), RecordCodec.event(with(event, left)));
              return change(entry, then)
                  .thenCompose(
                      done ->
                          done
                              ? CompletableFuture.completedStage(left)
                              : repaired(id, shard, force));
            });
  }

  private static CompletionStage<List<String>> none() {
    return CompletableFuture.completedStage(List.of());
  }

  /** Null for one that cannot be read. */
  private FailoverEvent readable(KeyEntry entry) {
    try {
      return event(entry);
    } catch (FailoverException e) {
      return null;
    }
  }

  /** False if somebody else has changed it. */
  private CompletionStage<Boolean> change(KeyEntry entry, Op then) {
    Condition same = new Condition.Unchanged(entry.key(), entry.modRevision());
    return coordinator
        .transact(new Transaction(List.of(same), List.of(then)))
        .thenApply(TransactionResult::succeeded);
  }

  private static FailoverEvent with(FailoverEvent e, List<String> behind) {
    return new FailoverEvent(
        e.id(), e.database(), e.table(), e.type(), e.endedAtMs(), e.node(), behind);
  }
}
