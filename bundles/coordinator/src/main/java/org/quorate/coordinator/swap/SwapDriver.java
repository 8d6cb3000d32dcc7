package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * Works on a swap, step by step, for as long as it holds the lock of the swap: each step can be done
 * anew, and ends with a record that is only taken from who holds the lock. So whoever comes next goes on
 * from the record. One that has lost the lock without knowing it does no harm: the places refuse its
 * token once the next one has begun there.
 */
final class SwapDriver {
  private static final long AGAIN_MS = 200;

  /** How long listeners of watches may take before the provider before is emptied all the same. */
  private static final long LINGER_MS = 60_000;

  /** How long a place may take to say that all has gone, where nobody reads who was not told. */
  private static final long LEAVE_MS = 2_000;

  private final SwapRecords records;
  private final SwapPlaces places;
  private final SwapFence fence;
  private final SwapNodes nodes;
  private final ServiceLoop loop;
  private final HeldLock lock;
  private final SwapMember.Timing timing;
  private boolean sealedHere;
  private long sinceMs;
  private long sealingSinceMs = -1;
  private int tries;

  /**
   * Makes one.
   *
   * @param places by name, null for one that this node does not know
   */
  SwapDriver(
      SwapRecords records,
      String node,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      HeldLock lock,
      SwapMember.Timing timing) {
    this.records = records;
    this.places = new SwapPlaces(node, places, loop);
    this.fence = new SwapFence(this::at);
    this.nodes = new SwapNodes(records, loop, this::isLost);
    this.loop = loop;
    this.lock = lock;
    this.timing = timing;
  }

  private boolean isLost() {
    return lock.lost().toCompletableFuture().isDone();
  }

  // ---- all steps ------------------------------------------------------------------------------

  /** Goes on until it is over; with null if somebody else is to work on it. On the loop. */
  CompletionStage<SwapRecords.Read> run(SwapRecords.Read seen) {
    CompletableFuture<SwapRecords.Read> over = new CompletableFuture<>();
    sinceMs = loop.nowMs();
    run(seen, over);
    return over.whenComplete((last, problem) -> places.close());
  }

  private void run(SwapRecords.Read seen, CompletableFuture<SwapRecords.Read> over) {
    if (seen == null || !seen.isActive() || isLost()) {
      over.complete(seen == null || seen.isActive() ? null : seen);
      return;
    }
    loop.then(
        Routing.asked(() -> step(seen)),
        (next, problem) -> {
          if (problem == null) {
            sinceMs = loop.nowMs();
            run(next, over);
          } else if (Routing.cause(problem).code() == Code.LOCK_LOST && !isLost()) {
            raise(seen, Routing.cause(problem), over);
          } else {
            failed(seen, Routing.cause(problem), over);
          }
        });
  }

  /** A place keeps a higher token than the lock of the swaps has given to this one. */
  private void raise(
      SwapRecords.Read seen,
      CoordinationException refused,
      CompletableFuture<SwapRecords.Read> over) {
    sealedHere = false;
    loop.then(
        Routing.asked(() -> fence.raised(seen.record(), lock.token(), refused))
            .thenCompose(raised -> records.step(seen, raised, lock.token())),
        (next, problem) -> {
          if (problem == null) {
            run(next, over);
          } else {
            failed(seen, Routing.cause(problem), over);
          }
        });
  }

  /**
   * Tries again what may pass. What may not gives the swap up if the target does not serve yet; from then
   * on it is for another node, which may have the place that this one lacks.
   */
  private void failed(
      SwapRecords.Read seen, CoordinationException why, CompletableFuture<SwapRecords.Read> over) {
    sealedHere = false;
    if (seen.record()
        .phase()
        .isOver()) { // a target is to be emptied yet: the next swap has its own time
      sinceMs = loop.nowMs();
      sealingSinceMs = -1;
    }
    boolean mayPass = Routing.mayPass(why);
    if (seen.record().phase().compareTo(SwapPhase.TAKEN) < 0 && (isLate() || !mayPass)) {
      giveUp(seen, why, over);
    } else if (mayPass) {
      loop.after(AGAIN_MS, () -> reread(over));
    } else {
      over.complete(null);
    }
  }

  private boolean isLate() {
    long now = loop.nowMs();
    return now - sinceMs >= timing.patienceMs()
        || sealingSinceMs >= 0 && now - sealingSinceMs >= timing.underSealMs();
  }

  /** Who goes back has another token: what this one has under way yet is refused then. */
  private void giveUp(
      SwapRecords.Read seen, CoordinationException why, CompletableFuture<SwapRecords.Read> over) {
    SwapPhase phase = seen.record().phase();
    boolean untouched =
        phase == SwapPhase.PLANNED || phase == SwapPhase.WARMING && !seen.record().isCopying();
    SwapPhase next = untouched ? SwapPhase.ABORTED : SwapPhase.ABORTING;
    loop.then(
        records.step(seen, seen.record().with(next, why.getMessage()), lock.token()),
        (read, problem) -> {
          if (problem != null) {
            loop.after(AGAIN_MS, () -> reread(over));
          } else if (untouched) {
            run(read, over);
          } else {
            over.complete(null);
          }
        });
  }

  /** What was recorded last may not have been answered. */
  private void reread(CompletableFuture<SwapRecords.Read> over) {
    if (isLost()) {
      over.complete(null);
      return;
    }
    loop.then(
        Routing.asked(records::read),
        (read, problem) -> {
          if (problem == null) {
            run(read, over);
          } else {
            loop.after(AGAIN_MS, () -> reread(over));
          }
        });
  }

  // ---- one step -------------------------------------------------------------------------------

  /** Does the next step; the record after it, or null if that is somebody else's by now. */
  private CompletionStage<SwapRecords.Read> step(SwapRecords.Read seen) {
    SwapRecord record = seen.record();
    return switch (record.phase()) {
      case PLANNED ->
          record.isCopying()
              ? empty(seen, record.to()) // of a swap before that was given up
              : check(record).thenCompose(fits -> recorded(seen, SwapPhase.WARMING));
      case WARMING ->
          record.isCopying()
              ? warm(record).thenCompose(done -> recorded(seen, SwapPhase.SEALED))
              : nodes
                  .await(record, SwapPhase.WARMING, timing.patienceMs())
                  .thenCompose(ready -> records.step(seen, record.copying(), lock.token()));
      case SEALED ->
          underSeal(take(record)).thenCompose(taken -> records.step(seen, taken, lock.token()));
      case TAKEN ->
          leave(record)
              .thenCompose(
                  left ->
                      records.step(
                          seen,
                          record.without(record.to()).with(SwapPhase.SWITCHED),
                          lock.token()));
      case SWITCHED -> retire(record).thenCompose(done -> recorded(seen, SwapPhase.RETIRED));
      case ABORTING ->
          goBack(record).thenCompose(aborted -> records.step(seen, aborted, lock.token()));
      case RETIRED, ABORTED -> empty(seen, record.left().get(tries++ % record.left().size()));
    };
  }

  private CompletionStage<SwapRecords.Read> recorded(SwapRecords.Read seen, SwapPhase next) {
    return records.step(seen, seen.record().with(next), lock.token());
  }

  private CompletionStage<Movable> source(SwapRecord record) {
    return at(record.from(), record.fromEpoch());
  }

  /**
   * The place that has all by the record. It is asked before anything is opened or emptied: a record that was
   * restored from a copy may be older than what was done.
   */
  private CompletionStage<Movable> home(SwapRecord record) {
    return at(record.serving(), record.epoch())
        .thenCompose(
            there ->
                there
                    .standing()
                    .thenApply(
                        standing -> {
                          if (standing.left()) {
                            throw SwapPlanner.elsewhere(record.serving(), standing);
                          }
                          return there;
                        }));
  }

  private CompletionStage<Movable> target(SwapRecord record) {
    return at(record.to(), record.toEpoch());
  }

  /** Before whatever is done there: not by one that is known to have lost the lock. */
  private CompletionStage<Movable> at(String place, long epoch) {
    return CompletableFuture.supplyAsync(
            () -> {
              if (isLost()) {
                throw new CoordinationException(
                    Code.LOCK_LOST, "the lock of the swap is not held any more: " + lock.token());
              }
              return places.at(place, epoch);
            },
            loop)
        .thenCompose(opened -> opened);
  }

  /**
   * What is done while users wait: fails before they have waited for too long.
   *
   * @param work of which some may be under way yet when it has failed
   */
  private <T> CompletionStage<T> underSeal(CompletionStage<T> work) {
    if (sealingSinceMs < 0) {
      sealingSinceMs = loop.nowMs();
    }
    return limited(
        work,
        sealingSinceMs + timing.underSealMs() - loop.nowMs(),
        "the target had not taken all " + timing.underSealMs() + " ms after the seal");
  }

  private <T> CompletionStage<T> limited(CompletionStage<T> work, long withinMs, String otherwise) {
    CompletableFuture<T> limited = work.toCompletableFuture().copy();
    loop.after(
        withinMs,
        () ->
            limited.completeExceptionally(new CoordinationException(Code.UNAVAILABLE, otherwise)));
    return limited;
  }

  /** Whether the target can have all, and the provider before takes the token of this lock. */
  private CompletionStage<Void> check(SwapRecord record) {
    return home(record)
        .thenCompose(
            from ->
                target(record)
                    .thenCompose(to -> SwapPlanner.check(record, from, to))
                    .thenCompose(fits -> from.unseal(token(record)))
                    .thenApply(SwapDriver::done));
  }

  /** A copy ahead; then nothing can be changed any more. */
  private CompletionStage<Void> warm(SwapRecord record) {
    return source(record)
        .thenCompose(Movable::inventory)
        .thenCompose(kept -> target(record).thenCompose(to -> to.warm(kept, token(record))))
        .thenCompose(copied -> source(record))
        .thenComposeAsync(from -> underSeal(from.seal(record.sealing(), token(record))), loop)
        .thenApply(SwapDriver::done)
        .thenAcceptAsync(done -> sealedHere = true, loop);
  }

  private static Void done(boolean done) {
    if (!done) {
      throw new CoordinationException(
          Code.UNAVAILABLE, "somebody else changed the seal at the same time");
    }
    return null;
  }

  private FencingToken token(SwapRecord record) {
    return record.token(lock.token());
  }

  /** What may be there from a try before, nobody has used. */
  private CompletionStage<SwapRecord> take(SwapRecord record) {
    boolean fresh = sealedHere;
    sealedHere = false;
    return nodes
        .await(record, SwapPhase.SEALED, timing.underSealMs())
        .thenCompose(held -> fresh ? target(record) : retaken(record))
        .thenCompose(empty -> source(record))
        .thenCompose(Movable::inventory)
        .thenCompose(kept -> target(record).thenCompose(to -> take(record, kept, to)));
  }

  private CompletionStage<Movable> retaken(SwapRecord record) {
    return home(record).thenCompose(source -> emptied(record, target(record), record.sealing()));
  }

  private CompletionStage<SwapRecord> take(SwapRecord record, Inventory kept, Movable target) {
    RangeQuery any = new RangeQuery(Scope.tree(""), "", 1, true, 0, false);
    return target
        .take(kept, token(record))
        .thenCompose(done -> target.range(any))
        .thenApply(seen -> record.taken(kept.revision(), seen.revision()));
  }

  /** From now on it never goes back, and nobody reads any more what will not be so any more. */
  private CompletionStage<Void> leave(SwapRecord record) {
    return source(record)
        .thenComposeAsync(
            from -> {
              CompletionStage<Void> left =
                  from.leave(record.leaving(), token(record)).thenApply(SwapDriver::done);
              return from.vouches() ? left : ifReached(left);
            },
            loop);
  }

  /** A place that does not vouch for itself is left in any case: who uses it goes by the record alone. */
  private CompletionStage<Void> ifReached(CompletionStage<Void> left) {
    return limited(left, LEAVE_MS, "it does not answer")
        .exceptionallyCompose(
            problem ->
                Routing.mayPass(Routing.cause(problem))
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(problem));
  }

  private CompletionStage<Void> retire(SwapRecord record) {
    return nodes
        .await(record, SwapPhase.SWITCHED, LINGER_MS)
        .exceptionally(slow -> null)
        .thenCompose(done -> emptied(record, source(record), record.leaving()))
        .thenAccept(empty -> {});
  }

  private CompletionStage<Movable> emptied(
      SwapRecord record, CompletionStage<Movable> place, String reason) {
    return place.thenCompose(
        there ->
            there
                .retire(reason, token(record))
                .thenApply(SwapDriver::done)
                .thenApply(empty -> there));
  }

  /** First who serves; what is left at a target that cannot be reached can wait, users cannot. */
  private CompletionStage<SwapRecord> goBack(SwapRecord record) {
    return home(record)
        .thenCompose(from -> from.unseal(token(record)))
        .thenApply(SwapDriver::done)
        .thenCompose(
            open ->
                dropped(record, target(record), record.sealing() + ", which was given up")
                    .handle((empty, problem) -> problem == null))
        .thenApply(empty -> empty ? record.without(record.to()) : record)
        .thenApply(aborted -> aborted.with(SwapPhase.ABORTED));
  }

  private CompletionStage<SwapRecords.Read> empty(SwapRecords.Read seen, String place) {
    SwapRecord record = seen.record();
    return home(record)
        .thenCompose(
            serving ->
                dropped(
                    record,
                    at(place, record.toEpoch()),
                    "what a swap left here that was given up is dropped"))
        .thenCompose(empty -> records.step(seen, record.without(place), lock.token()));
  }

  /** It is as it was before the swap: who uses the place by its own name finds it open. */
  private CompletionStage<Void> dropped(
      SwapRecord record, CompletionStage<Movable> place, String reason) {
    CompletionStage<Void> open =
        emptied(record, place, reason)
            .thenCompose(there -> there.unseal(token(record)))
            .thenApply(SwapDriver::done);
    return limited(open, timing.emptyingMs(), "what is left there cannot be reached");
  }
}
