package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;

/** The seal of what is kept in a group, what is kept, and its end when it has gone on elsewhere. */
final class Moving {
  /** Keys that one command deletes. */
  private static final int SLICE = 1_000;

  private final Store store;
  private final long epoch;

  Moving(Store store, long epoch) {
    this.store = store;
    this.epoch = epoch;
  }

  CompletionStage<Boolean> seal(String reason) {
    KvCommand put = new KvCommand.Put(Places.SEAL, Bytes.utf8(reason), 0, false);
    return store.evenIfSealed(put, KvResult.PutDone.class).thenApply(done -> true);
  }

  CompletionStage<Boolean> unseal() {
    return store
        .evenIfSealed(KvCommand.delete(Places.SEAL), KvResult.Deleted.class)
        .thenApply(done -> true);
  }

  CompletionStage<Inventory> inventory() {
    return number()
        .thenCompose(
            highest ->
                page(KvQuery.range(KeyRange.prefix(Places.ALL), 0), new Found(epoch, highest)))
        .thenCompose(
            found -> {
              Set<Long> ending = found.ending();
              return ending.isEmpty()
                  ? CompletableFuture.completedFuture(found.inventory())
                  : end(ending).thenCompose(ended -> inventory());
            });
  }

  /** The id that a session gets now: higher than all that were given, also of those that ended. */
  private CompletionStage<Long> number() {
    return store
        .access
        .openSession(CoordinationLimits.MIN_TTL_MS)
        .thenApply(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                long id = committed.result().longAt(0);
                store.access.closeSession(id);
                return id;
              }
              throw Failures.of(outcome, true);
            });
  }

  private CompletionStage<Found> page(KvQuery.Range query, Found found) {
    return store
        .query(query, ReadLevel.LINEARIZABLE, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              found.revision = page.revision();
              page.entries().forEach(found::add);
              return page.more()
                  ? page(query.after(page), found)
                  : CompletableFuture.completedFuture(found);
            });
  }

  private CompletionStage<Void> end(Iterable<Long> sessions) {
    CompletionStage<Void> ended = CompletableFuture.completedFuture(null);
    for (long id : sessions) {
      ended =
          ended.thenCompose(before -> store.access.closeSession(id).thenAccept(Sessions::closed));
    }
    return ended;
  }

  CompletionStage<Boolean> retire(String reason) {
    return seal(reason)
        .thenCompose(done -> store.all(KeyRange.prefix(Places.SESSIONS), ReadLevel.LINEARIZABLE))
        .thenCompose(all -> end(all.stream().map(e -> Places.sessionAt(e.key())).toList()))
        .thenCompose(ended -> clear(new ArrayList<>(Places.KEPT)))
        .thenApply(cleared -> true);
  }

  /** Deletes slice by slice: one command deletes a bounded number of keys. */
  private CompletionStage<Void> clear(List<Bytes> prefixes) {
    if (prefixes.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    KvQuery.Range next =
        new KvQuery.Range(KeyRange.prefix(prefixes.get(0)), SLICE, 0, false, true, false);
    return store
        .query(next, ReadLevel.LINEARIZABLE, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              if (page.entries().isEmpty()) {
                prefixes.remove(0);
                return clear(prefixes);
              }
              Bytes last = page.entries().get(page.entries().size() - 1).key();
              KeyRange slice =
                  new KeyRange(page.entries().get(0).key(), KeyRange.single(last).to());
              return store
                  .evenIfSealed(new KvCommand.Delete(slice, false), KvResult.Deleted.class)
                  .thenCompose(done -> clear(prefixes));
            });
  }

  /** What the keys of a group say, in order of the keys. */
  private static final class Found {
    private final long epoch;
    private final long highest;
    private final List<KeyEntry> keys = new ArrayList<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private final Map<Long, KeptSession> sessions = new TreeMap<>();
    private final Map<String, List<KvEntry>> claims = new LinkedHashMap<>();
    private final List<ForcedRelease> forced = new ArrayList<>();
    private long revision;

    Found(long epoch, long highest) {
      this.epoch = epoch;
      this.highest = highest;
    }

    void add(KvEntry entry) {
      Bytes place = entry.key();
      if (place.startsWith(Places.KEYS)) {
        keys.add(Translation.entry(entry));
      } else if (place.startsWith(Places.COUNTERS)) {
        numbers.put(
            place.from(Places.COUNTERS.length()).utf8(), Long.parseLong(entry.value().utf8()));
      } else if (place.startsWith(Places.SESSIONS)) {
        long id = Places.sessionAt(place);
        SessionRecord record = SessionRecord.decode(entry.value());
        sessions.put(id, new KeptSession(record.info(id), record.secretHash()));
      } else if (place.startsWith(Places.LOCKS)) {
        claims.computeIfAbsent(Places.lockAt(place), k -> new ArrayList<>()).add(entry);
      } else if (place.startsWith(Places.FORCED)) {
        forced.add(0, Locks.forced(entry.value()));
      }
    }

    /** Sessions whose end has begun: their record is gone, what they own not yet. */
    Set<Long> ending() {
      Set<Long> ending = new LinkedHashSet<>();
      keys.forEach(e -> ending.add(e.owner()));
      claims.values().forEach(line -> line.forEach(e -> ending.add(Math.abs(e.lease()))));
      ending.remove(0L);
      ending.removeAll(sessions.keySet());
      return ending;
    }

    Inventory inventory() {
      List<LockInfo> locks = new ArrayList<>();
      claims.forEach((lock, line) -> locks.add(Locks.info(lock, Locks.inOrder(line), epoch)));
      return new Inventory(
          revision,
          Math.max(revision, highest),
          keys,
          numbers,
          List.copyOf(sessions.values()),
          locks,
          forced);
    }
  }
}
