package org.quorate.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverDetail;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRegistry;
import org.quorate.spi.failover.RegisteredNode;

/**
 * What operators ask: answered from the coordinator, not from a view that may be behind, and without
 * being registered. Stages fail with {@link FailoverException}.
 */
public final class Operators {
  /** Where a registry is unless its service says otherwise. */
  public static final String ROOT = "fo";

  private static final int ATTEMPTS = 16;

  private final Coordinator coordinator;
  private final Layout layout;
  private final EventKeys events;

  /** Of the registry below a key. */
  public Operators(Coordinator coordinator, String root) {
    this(coordinator, new Layout(root));
  }

  Operators(Coordinator coordinator, Layout layout) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.events = new EventKeys(coordinator, layout);
  }

  /**
   * What is there.
   *
   * @param records by commit id
   * @param unreadable by key, with why: a defect, or foreign data; nobody takes these over
   */
  public record Listed(List<FailoverRecord> records, Map<String, String> unreadable) {}

  /** All records, also what cannot be read. */
  public CompletionStage<Listed> list() {
    return named(
        view(layout.recordTree())
            .thenApply(v -> new Listed(records(v), new TreeMap<>(v.broken()))));
  }

  /** As {@link FailoverRegistry#records}. */
  public CompletionStage<List<FailoverRecord>> records() {
    return named(view(layout.recordTree()).thenApply(Operators::records));
  }

  private static List<FailoverRecord> records(View view) {
    return view.records().stream().map(View.Versioned::record).toList();
  }

  /** As {@link FailoverRegistry#nodes}. */
  public CompletionStage<List<RegisteredNode>> nodes() {
    return named(
        view(layout.recordTree())
            .thenCompose(v -> list(v, RangeQuery.of(layout.nodeTree())))
            .thenApply(View::loads));
  }

  /** All locks of records, by commit id. */
  public CompletionStage<List<RecordLock>> locks() {
    return named(
        view(layout.recordTree())
            .thenCompose(v -> list(v, RangeQuery.of(layout.nodeTree())))
            .thenApply(Operators::locks));
  }

  private static List<RecordLock> locks(View view) {
    return view.records().stream()
        .map(View.Versioned::record)
        .flatMap(r -> r.locks().stream().map(name -> new RecordLock(name, r, !view.worked(r))))
        .toList();
  }

  /**
   * Takes a lock from a record that nobody works on; what takes it over then does without.
   *
   * @return fails as NOT_FOUND or IN_USE
   */
  public CompletionStage<Void> unlock(long id, String lock) {
    BiConsumer<View.Versioned, List<Op>> without =
        (r, then) -> {
          List<String> rest = r.record().locks().stream().filter(l -> !l.equals(lock)).toList();
          if (rest.size() == r.record().locks().size()) {
            throw new FailoverException(
                Code.NOT_FOUND,
                "record " + Long.toUnsignedString(id) + " has no lock '" + lock + "'");
          }
          FailoverRecord next = r.record().withLocks(rest);
          then.add(new Op.Put(layout.record(id), RecordCodec.record(next, r.request())));
          then.add(new Op.Delete(layout.lock(lock)));
        };
    return named(change(id, false, without, ATTEMPTS));
  }

  /**
   * What ended operations left.
   *
   * @param events by commit id
   * @param unreadable by key, with why: of a newer version, a defect, or foreign data
   */
  public record ListedEvents(List<FailoverEvent> events, Map<String, String> unreadable) {}

  /** As {@link FailoverRegistry#events}; what cannot be read is left out. */
  public CompletionStage<List<FailoverEvent>> events(String type, int limit) {
    return listEvents(type, limit).thenApply(all -> List.copyOf(all.events()));
  }

  /** The same, also what cannot be read, of which the type is not known. */
  public CompletionStage<ListedEvents> listEvents(String type, int limit) {
    return named(events.list(type, limit));
  }

  /** One event; fails as NOT_FOUND. */
  public CompletionStage<FailoverEvent> event(long id) {
    return named(events.get(id));
  }

  /** As {@link FailoverRegistry#repaired}. */
  public CompletionStage<List<String>> repaired(long id, String shard) {
    return repaired(id, shard, false);
  }

  /** The same; by force an event that cannot be read ends. */
  public CompletionStage<List<String>> repaired(long id, String shard, boolean force) {
    return named(events.repaired(id, shard, force));
  }

  /** As {@link FailoverRegistry#detail}. */
  public CompletionStage<FailoverDetail> detail(long id) {
    return named(
        found(id)
            .thenCompose(
                v -> coordinator.get(layout.content(id)).thenApply(c -> detail(v.record(), c))));
  }

  private static FailoverDetail detail(FailoverRecord record, KeyEntry content) {
    return new FailoverDetail(record, content == null ? Bytes.EMPTY : content.value());
  }

  /** As {@link FailoverRegistry#mode}. */
  public CompletionStage<ClusterMode> mode() {
    return named(
        coordinator
            .get(layout.mode())
            .thenApply(e -> e == null ? ClusterMode.NORMAL : View.mode(e.value())));
  }

  /** As {@link FailoverRegistry#switchMode}. */
  public CompletionStage<Void> switchMode(ClusterMode mode) {
    if (mode == null) {
      return CompletableFuture.failedStage(new FailoverException(Code.INVALID, "the mode is null"));
    }
    CompletionStage<?> changed =
        mode == ClusterMode.NORMAL
            ? coordinator.delete(layout.mode())
            : coordinator.put(
                layout.mode(), Bytes.utf8(mode == ClusterMode.READONLY ? "readonly" : "recovery"));
    return named(changed.thenApply(done -> null));
  }

  /** As {@link FailoverRegistry#deleteForce}; by force also what cannot be read. */
  public CompletionStage<Void> delete(long id, boolean force) {
    BiConsumer<View.Versioned, List<Op>> all = (r, then) -> Work.deletion(layout, r.record(), then);
    return named(
        coordinator
            .get(layout.record(id))
            .thenCompose(
                entry ->
                    force && entry != null && !readable(id, entry)
                        ? discard(id, entry)
                        : change(id, force, all, ATTEMPTS)));
  }

  private static boolean readable(long id, KeyEntry entry) {
    try {
      RecordCodec.record(id, entry.value());
      return true;
    } catch (FailoverException e) {
      return false;
    }
  }

  /** What cannot be read goes with the locks that name it. */
  private CompletionStage<Void> discard(long id, KeyEntry record) {
    List<Op> then = new ArrayList<>();
    then.add(new Op.Delete(record.key()));
    then.add(new Op.Delete(layout.content(id)));
    return each(
            RangeQuery.of(layout.lockTree()),
            lock -> {
              if (lock.value().equals(Layout.id(id))) {
                then.add(new Op.Delete(lock.key()));
              }
            })
        .thenCompose(
            all -> {
              Condition same = new Condition.Unchanged(record.key(), record.modRevision());
              return coordinator.transact(new Transaction(List.of(same), then));
            })
        .thenCompose(
            done ->
                done.succeeded()
                    ? CompletableFuture.completedStage(null)
                    : delete(id, true)); // somebody has changed it
  }

  /** As {@link FailoverRegistry#retry}. */
  public CompletionStage<Void> retry(long id, boolean force) {
    BiConsumer<View.Versioned, List<Op>> again =
        (r, then) ->
            then.add(
                new Op.Put(
                    layout.record(id), RecordCodec.record(Rules.retry(r.record()), r.request())));
    return named(change(id, force, again, ATTEMPTS));
  }

  private CompletionStage<Void> change(
      long id, boolean force, BiConsumer<View.Versioned, List<Op>> how, int attempts) {
    return found(id)
        .thenCompose(
            r ->
                view(layout.nodeTree())
                    .thenCompose(
                        nodes -> {
                          if (!force && nodes.worked(r.record())) {
                            throw inUse(r.record());
                          }
                          return change(r, how);
                        }))
        .thenCompose(
            done -> {
              if (done) {
                return CompletableFuture.completedStage(null);
              } else if (attempts == 1) {
                throw new FailoverException(
                    Code.IN_USE, "record " + id + " changes all the time: try again");
              }
              return change(id, force, how, attempts - 1);
            });
  }

  private static FailoverException inUse(FailoverRecord r) {
    FailoverRecord.Owner by =
        r.takeover().phase() == FailoverRecord.Phase.ORIGIN ? r.origin() : r.takeover().node();
    return new FailoverException(
        Code.IN_USE, "node '" + by.node() + "' works on record " + r.id() + ", and lives");
  }

  private CompletionStage<Boolean> change(
      View.Versioned r, BiConsumer<View.Versioned, List<Op>> how) {
    List<Op> then = new ArrayList<>();
    how.accept(r, then);
    Condition same = new Condition.Unchanged(layout.record(r.record().id()), r.revision());
    return coordinator
        .transact(new Transaction(List.of(same), then))
        .thenApply(done -> done.succeeded());
  }

  private CompletionStage<View.Versioned> found(long id) {
    return coordinator
        .get(layout.record(id))
        .thenApply(
            entry -> {
              if (entry == null) {
                throw new FailoverException(
                    Code.NOT_FOUND, "there is no record " + Long.toUnsignedString(id));
              }
              return View.Versioned.of(id, entry);
            });
  }

  private CompletionStage<View> view(Scope scope) {
    return list(new View(layout), RangeQuery.of(scope));
  }

  private CompletionStage<View> list(View view, RangeQuery query) {
    return each(query, view::put).thenApply(all -> view);
  }

  private CompletionStage<Void> each(RangeQuery query, Consumer<KeyEntry> to) {
    return coordinator
        .range(query)
        .thenCompose(
            page -> {
              page.entries().forEach(to);
              return page.more()
                  ? each(query.after(page, false), to)
                  : CompletableFuture.completedStage(null);
            });
  }

  private static <T> CompletionStage<T> named(CompletionStage<T> stage) {
    CompletableFuture<T> named = new CompletableFuture<>();
    stage.whenComplete(
        (value, e) -> {
          if (e == null) {
            named.complete(value);
          } else {
            named.completeExceptionally(Errors.of(e));
          }
        });
    return named;
  }
}
