package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.LockInfo;

/**
 * Takes in what another provider kept: makes a {@link Copy} beside what is here, which is nothing, and
 * then makes that the base, in one revision. One request at a time, on the group's loop.
 */
final class Intake {
  private static final Bytes WHY = Bytes.utf8("what another provider kept is being taken in here");

  /** How often to look which sessions of the copy are to be kept alive. */
  private static final long TICK_MS = 100;

  /** How often to make up for sessions that ended while the rest was written. */
  private static final int ATTEMPTS = 5;

  private final Store store;
  private final Moving moving;
  private final long epoch;
  private final Bytes taker;
  private CompletionStage<?> last = CompletableFuture.completedFuture(null);
  private Copy copy;
  private Base.Stored unsure; // a base that may have been made, the answer was lost
  private Runnable tick = () -> {};
  private boolean ticking;
  private boolean closed;

  Intake(Store store, Moving moving, long epoch) {
    this.store = store;
    this.moving = moving;
    this.epoch = epoch;
    byte[] random = new byte[16];
    store.surroundings.random(random);
    this.taker = Bytes.wrap(random);
  }

  CompletionStage<Void> warm(Inventory inventory, FencingToken by) {
    return next(base -> begin(base, by).thenCompose(begun -> fill(inventory, ATTEMPTS)));
  }

  CompletionStage<Void> take(Inventory inventory, FencingToken by) {
    return next(
        base -> {
          if (unsure != null && base.stored().equals(unsure)) {
            unsure = null;
            return isThere(inventory);
          }
          return begin(base, by)
              .thenCompose(
                  begun ->
                      fill(inventory, ATTEMPTS)
                          .thenCompose(filled -> finish(base, begun, inventory, ATTEMPTS)));
        });
  }

  /** The one that was not answered has been done; was it this one? */
  private CompletionStage<Void> isThere(Inventory wanted) {
    return moving
        .inventory()
        .thenAccept(
            there -> {
              if (!there.keys().equals(wanted.keys())
                  || !there.sessions().equals(wanted.sessions())
                  || !there.locks().equals(wanted.locks())) {
                throw inUse();
              }
            });
  }

  /** After those that were asked for before. */
  private CompletionStage<Void> next(Function<Base, CompletionStage<Void>> request) {
    synchronized (this) {
      CompletionStage<Void> result =
          last.handle((done, problem) -> null)
              .thenComposeAsync(before -> store.on(request), store.access.loop());
      last = result;
      return result;
    }
  }

  /**
   * Says that something is being taken in, by this one. Whoever else did so cannot go on.
   *
   * @return the group's revision
   */
  private CompletionStage<Long> begin(Base base, FencingToken by) {
    List<KvCommand> begin =
        List.of(KvCommand.put(Places.SEAL, WHY), new KvCommand.Put(Places.TAKER, taker, 0, true));
    List<KvCommand> otherwise =
        List.of(
            new KvCommand.Read(KvQuery.get(Places.BASE)),
            new KvCommand.Txn(nothingIn(base), List.of(), List.of()));
    return moving
        .step(by, nothingIn(base), begin, otherwise)
        .thenApplyAsync(
            done -> {
              if (!done.succeeded()) {
                throw refused(base, done.results());
              }
              KvEntry before = ((KvResult.PutDone) done.results().get(1)).previous();
              boolean goesOn = before != null && before.value().equals(taker);
              if (copy == null || copy.base() != base) {
                copy = new Copy(store, moving, base, taker);
              } else if (!goesOn) {
                copy.doubt();
              }
              copy.begun(done.revision());
              startTicking();
              return done.revision();
            },
            store.access.loop());
  }

  private static List<Compare> nothingIn(Base base) {
    List<Compare> nothing = new ArrayList<>();
    nothing.add(Store.same(base));
    for (KeyRange kept : base.places().kept()) {
      nothing.add(new Compare(kept, Compare.Target.VERSION, Compare.Op.EQUAL, Bytes.ofLong(0)));
    }
    return nothing;
  }

  private static CoordinationException refused(Base base, List<KvResult> why) {
    if (((KvResult.TxnDone) why.get(1)).succeeded()) {
      return Failures.failure(
          Code.UNAVAILABLE, "somebody else moves what is kept here at the same time: try again");
    }
    KvEntry found = ((KvResult.GetDone) why.get(0)).entry();
    return (found == null ? 0 : found.modRevision()) != base.at() ? Failures.replaced() : inUse();
  }

  private static CoordinationException inUse() {
    return Failures.failure(
        Code.INVALID, "something is kept here already: choose another place, or retire it");
  }

  /** Makes the copy what is wanted. */
  private CompletionStage<Void> fill(Inventory wanted, int attempts) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    copy.become(wanted)
        .whenCompleteAsync(
            (filled, problem) -> {
              if (problem == null) {
                done.complete(null);
                return;
              }
              CoordinationException failure = Failures.cause(problem);
              copy.doubt();
              if (failure.code() == Code.INVALID) {
                copy = null; // of somebody else by now: its sessions are not kept alive from here
              }
              if (failure.code() != Code.SESSION_EXPIRED || attempts == 1) {
                done.completeExceptionally(expired(failure));
                return;
              }
              fill(wanted, attempts - 1)
                  .whenComplete(
                      (again, failed) -> {
                        if (failed == null) {
                          done.complete(null);
                        } else {
                          done.completeExceptionally(failed);
                        }
                      });
            },
            store.access.loop());
    return done;
  }

  private static CoordinationException expired(CoordinationException failure) {
    return failure.code() == Code.SESSION_EXPIRED
        ? Failures.failure(
            Code.UNAVAILABLE,
            "sessions of what is taken in end faster than they can be kept alive: "
                + failure.getMessage())
        : failure;
  }

  /** Starts every TTL anew; when all sessions are there it becomes the base. */
  private CompletionStage<Void> finish(Base base, long begun, Inventory wanted, int attempts) {
    return copy.renew(true)
        .thenComposeAsync(
            whole -> {
              if (whole) {
                return open(base, begun, wanted);
              } else if (attempts == 1) {
                throw expired(Failures.expired(0));
              }
              return fill(wanted, ATTEMPTS)
                  .thenCompose(filled -> finish(base, begun, wanted, attempts - 1));
            },
            store.access.loop());
  }

  private CompletionStage<Void> open(Base base, long begun, Inventory wanted) {
    Base.Stored old = base.stored();
    long ahead = Math.max(old.ahead(), wanted.start() - begun);
    Base.Stored stored =
        new Base.Stored(old.number() + 1, ahead, epochFor(wanted), wanted.revision(), taker);
    List<Compare> when = nothingIn(base);
    when.add(copy.mine());
    List<KvCommand> opening = new ArrayList<>(Moving.opened());
    opening.add(KvCommand.put(Places.BASE, stored.encode()));
    opening.add(KvCommand.delete(Places.TAKER));
    KvCommand open =
        new KvCommand.Txn(
            when,
            opening,
            List.of(
                new KvCommand.Read(KvQuery.get(Places.BASE)),
                new KvCommand.Txn(nothingIn(base), List.of(), List.of())));
    return store
        .evenIfSealed(open, KvResult.TxnDone.class)
        .whenComplete((done, problem) -> unsure = problem == null ? null : stored)
        .thenAcceptAsync(
            done -> {
              if (!done.succeeded()) {
                boolean mine = !((KvResult.TxnDone) done.results().get(1)).succeeded();
                if (!mine) {
                  copy = null;
                  throw Copy.notMine();
                }
                copy.doubt();
                throw refused(base, done.results());
              }
              copy = null;
              moving.clear(base);
            },
            store.access.loop());
  }

  /** No token that came is of a higher epoch. */
  private long epochFor(Inventory wanted) {
    long highest = epoch;
    for (LockInfo lock : wanted.locks()) {
      highest = Math.max(highest, lock.holder().token().epoch());
      for (LockInfo.Claim claim : lock.waiting()) {
        highest = Math.max(highest, claim.token().epoch());
      }
    }
    return highest;
  }

  // ---- sessions of the copy -------------------------------------------------------------------

  private void startTicking() {
    if (!ticking && !closed) {
      ticking = true;
      tick = store.access.after(TICK_MS, this::tick);
    }
  }

  private void tick() {
    Copy kept = copy;
    if (kept == null || closed) {
      ticking = false;
      return;
    }
    kept.renew(false)
        .whenCompleteAsync(
            (done, problem) -> tick = store.access.after(TICK_MS, this::tick), store.access.loop());
  }

  /** On the loop. What was copied goes with its sessions, or when somebody begins anew. */
  void close() {
    closed = true;
    tick.run();
  }
}
