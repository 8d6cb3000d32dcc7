package org.quorate.coordinator.kv;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Inventory;

/** The seal of what is kept in a group, what is kept, and its end when it has gone on elsewhere. */
final class Moving {
  /** Keys that one command deletes. */
  private static final int SLICE = 1_000;

  private final Store store;

  Moving(Store store) {
    this.store = store;
  }

  CompletionStage<Boolean> seal(String reason) {
    return seal(new KvCommand.Put(Places.SEAL, Bytes.utf8(reason), 0, false));
  }

  CompletionStage<Boolean> unseal() {
    return seal(KvCommand.delete(Places.SEAL));
  }

  /** Unless somebody else has changed the seal meanwhile: a command that comes late does nothing. */
  private CompletionStage<Boolean> seal(KvCommand change) {
    return store
        .get(Places.SEAL, ReadLevel.LINEARIZABLE)
        .thenCompose(
            seal -> {
              Compare same = Compare.unchanged(Places.SEAL, seal == null ? 0 : seal.modRevision());
              return store.evenIfSealed(
                  new KvCommand.Txn(List.of(same), List.of(change), List.of()),
                  KvResult.TxnDone.class);
            })
        .thenApply(KvResult.TxnDone::succeeded);
  }

  CompletionStage<Inventory> inventory() {
    return store.on(
        base -> number().thenCompose(highest -> inventory(base, base.session(highest))));
  }

  private CompletionStage<Inventory> inventory(Base base, long highest) {
    return Contents.read(store, base)
        .thenCompose(found -> store.holds(base, found.revision()).thenApply(holds -> found))
        .thenCompose(
            found -> {
              Iterable<Long> ending = found.ending();
              return ending.iterator().hasNext()
                  ? end(ending).thenCompose(ended -> inventory(base, highest))
                  : CompletableFuture.completedFuture(found.inventory(highest));
            });
  }

  /** The lease that a session gets now: higher than all that were given, also of those that ended. */
  private CompletionStage<Long> number() {
    return store
        .openLease(CoordinationLimits.MIN_TTL_MS)
        .thenApply(
            lease -> {
              store.access.closeSession(lease);
              return lease;
            });
  }

  CompletionStage<Void> end(Iterable<Long> leases) {
    CompletionStage<Void> ended = CompletableFuture.completedFuture(null);
    for (long lease : leases) {
      ended =
          ended.thenCompose(
              before -> store.access.closeSession(lease).thenAccept(Sessions::closed));
    }
    return ended;
  }

  CompletionStage<Boolean> retire(String reason) {
    return seal(reason)
        .thenCompose(
            done ->
                done
                    ? store.on(base -> forget(base.stored().number())).thenApply(cleared -> true)
                    : CompletableFuture.completedFuture(false));
  }

  /** Also what is being taken in. */
  private CompletionStage<Void> forget(long number) {
    Queue<KeyRange> left = new ArrayDeque<>(new Places(0).all());
    left.add(KeyRange.prefix(Places.TAKEN));
    return store
        .evenIfSealed(KvCommand.delete(Places.TAKER), KvResult.Deleted.class)
        .thenCompose(done -> endAll(new Places(number)))
        .thenCompose(done -> endAll(new Places(number + 1)))
        .thenCompose(done -> clear(left));
  }

  private CompletionStage<Void> endAll(Places places) {
    return store
        .all(places.allSessions())
        .thenCompose(all -> end(all.entries().stream().map(KvEntry::lease).toList()));
  }

  /** Deletes slice by slice: one command deletes a bounded number of keys. */
  CompletionStage<Void> clear(Queue<KeyRange> ranges) {
    if (ranges.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    KvQuery.Range next = new KvQuery.Range(ranges.peek(), SLICE, 0, false, true, false);
    return store
        .query(next, ReadLevel.LINEARIZABLE, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              List<KvEntry> found = page.entries();
              if (found.isEmpty()) {
                ranges.remove();
                return clear(ranges);
              }
              Bytes last = found.get(found.size() - 1).key();
              KeyRange slice = new KeyRange(found.get(0).key(), KeyRange.single(last).to());
              return store
                  .evenIfSealed(new KvCommand.Delete(slice, false), KvResult.Deleted.class)
                  .thenCompose(done -> clear(ranges));
            });
  }
}
