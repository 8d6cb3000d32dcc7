package org.quorate.coordinator.kv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
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
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Standing;

/**
 * The seal of what is kept in a group, what is kept, and its end when it has gone on elsewhere. Each step
 * of a move is one command that writes who does it, and is done only if that entry is as it was read: so
 * nothing that comes late is done, and nobody goes on with what a later one has taken up.
 */
final class Moving {
  /** Keys that one command deletes. */
  private static final int SLICE = 1_000;

  private final Store store;

  Moving(Store store) {
    this.store = store;
  }

  // ---- who moves it ---------------------------------------------------------------------------

  /** That nobody has done a step since a revision, at which one was done. */
  static Compare noneSince(long revision) {
    return Compare.unchanged(Places.MOVER, revision);
  }

  /**
   * Does a step.
   *
   * @param by of whom nobody with a higher token may have done one
   * @return not succeeded if somebody else did one at the same time, or another condition does not hold
   */
  CompletionStage<KvResult.TxnDone> step(
      FencingToken by, List<Compare> when, List<KvCommand> then, List<KvCommand> otherwise) {
    return store
        .get(Places.MOVER, ReadLevel.LINEARIZABLE)
        .thenCompose(
            last -> {
              if (last != null) {
                refuse(by, FencingToken.parse(last.value().utf8()));
              }
              List<Compare> conditions = new ArrayList<>(when);
              conditions.add(noneSince(last == null ? 0 : last.modRevision()));
              List<KvCommand> changes = new ArrayList<>(then);
              changes.add(KvCommand.put(Places.MOVER, Bytes.utf8(by.toString())));
              return store.evenIfSealed(
                  new KvCommand.Txn(conditions, changes, otherwise), KvResult.TxnDone.class);
            });
  }

  private static void refuse(FencingToken by, FencingToken last) {
    if (by.compareTo(last) < 0) {
      throw Failures.failure(
          Code.LOCK_LOST,
          "who holds token " + last + " moves what is kept here since " + by + " was given");
    }
  }

  CompletionStage<Standing> standing() {
    return store
        .query(
            KvQuery.range(KeyRange.prefix(Places.CONTROL), 0),
            ReadLevel.LINEARIZABLE,
            KvResult.RangeDone.class)
        .thenApply(
            found -> {
              FencingToken mover = Standing.NOBODY;
              String sealed = null;
              String left = null;
              for (KvEntry entry : found.entries()) {
                if (entry.key().equals(Places.MOVER)) {
                  mover = FencingToken.parse(entry.value().utf8());
                } else if (entry.key().equals(Places.SEAL)) {
                  sealed = entry.value().utf8();
                } else if (entry.key().equals(Places.MOVED)) {
                  left = entry.value().utf8();
                }
              }
              return new Standing(mover, left == null ? sealed : left, left != null);
            });
  }

  CompletionStage<Boolean> seal(String reason, FencingToken by) {
    return step(by, List.of(), List.of(sealed(reason)), List.of())
        .thenApply(KvResult.TxnDone::succeeded);
  }

  private static KvCommand sealed(String reason) {
    return KvCommand.put(Places.SEAL, Bytes.utf8(reason));
  }

  CompletionStage<Boolean> unseal(FencingToken by) {
    return step(by, List.of(), opened(), List.of()).thenApply(KvResult.TxnDone::succeeded);
  }

  /** Lets changes and reads happen. */
  static List<KvCommand> opened() {
    return List.of(KvCommand.delete(Places.SEAL), KvCommand.delete(Places.MOVED));
  }

  CompletionStage<Boolean> leave(String reason, FencingToken by) {
    List<Compare> sealed = List.of(Compare.present(Places.SEAL));
    return step(by, sealed, List.of(moved(reason)), List.of())
        .thenApply(KvResult.TxnDone::succeeded);
  }

  private static KvCommand moved(String reason) {
    return KvCommand.put(Places.MOVED, Bytes.utf8(reason));
  }

  // ---- what is kept ---------------------------------------------------------------------------

  CompletionStage<Inventory> inventory() {
    return store.on(
        base -> number().thenCompose(highest -> inventory(base, base.session(highest))));
  }

  private CompletionStage<Inventory> inventory(Base base, long highest) {
    return Contents.read(store, base)
        .thenCompose(found -> store.holds(base, found.revision()).thenApply(holds -> found))
        .thenCompose(
            found -> {
              Collection<Long> ending = found.ending();
              return ending.isEmpty()
                  ? CompletableFuture.completedFuture(found.inventory(highest))
                  : end(ending).thenCompose(ended -> inventory(base, highest));
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

  /** Ends leases of which no session has a record any more. */
  CompletionStage<Void> end(Collection<Long> leases) {
    CompletionStage<Void> ended = CompletableFuture.completedFuture(null);
    for (long lease : leases) {
      ended =
          ended.thenCompose(
              before -> store.access.closeSession(lease).thenAccept(Sessions::closed));
    }
    return ended;
  }

  // ---- its end --------------------------------------------------------------------------------

  CompletionStage<Boolean> retire(String reason, FencingToken by) {
    List<KvCommand> nothingIsTaken =
        List.of(sealed(reason), moved(reason), KvCommand.delete(Places.TAKER));
    return step(by, List.of(), nothingIsTaken, List.of())
        .thenCompose(
            done ->
                done.succeeded()
                    ? forget(noneSince(done.revision())).thenApply(cleared -> true)
                    : CompletableFuture.completedFuture(false));
  }

  /** Also what is being taken in. */
  private CompletionStage<Void> forget(Compare noneSince) {
    Queue<KeyRange> left = new ArrayDeque<>(new Places(0).all());
    left.add(KeyRange.prefix(Places.TAKEN));
    return clear(left, List.of(noneSince));
  }

  /** Lets go of a base that has been replaced: nobody else will ever use its places. */
  CompletionStage<Void> clear(Base replaced) {
    return clear(new ArrayDeque<>(replaced.places().all()), List.of());
  }

  /**
   * Deletes slice by slice: one command deletes a bounded number of keys. A session's record goes first
   * and then its lease, which only then is certain to be of use to nobody.
   */
  private CompletionStage<Void> clear(Queue<KeyRange> ranges, List<Compare> when) {
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
                return clear(ranges, when);
              }
              Bytes last = found.get(found.size() - 1).key();
              KeyRange slice = new KeyRange(found.get(0).key(), KeyRange.single(last).to());
              KvCommand delete =
                  new KvCommand.Txn(when, List.of(new KvCommand.Delete(slice, false)), List.of());
              return store
                  .evenIfSealed(delete, KvResult.TxnDone.class)
                  .thenCompose(done -> end(deleted(done, found)))
                  .thenCompose(ended -> clear(ranges, when));
            });
  }

  private static Collection<Long> deleted(KvResult.TxnDone done, List<KvEntry> slice) {
    if (!done.succeeded()) {
      throw Failures.failure(
          Code.LOCK_LOST, "somebody else has begun to move what is kept here: nothing is deleted");
    }
    return slice.stream()
        .filter(entry -> entry.lease() > 0 && Places.isSession(entry.key()))
        .map(KvEntry::lease)
        .toList();
  }
}
