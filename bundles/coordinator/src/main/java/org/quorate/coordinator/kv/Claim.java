package org.quorate.coordinator.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.GroupAccess;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Decoder;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;

/**
 * A place in the queue of a lock, from asking to losing it: a key with the session's lease, whose create
 * revision is the place and the token, unless it came with a token. The oldest one holds the lock. Each
 * watches the one before it, so a release wakes one waiter. Its state is on the group's loop.
 */
final class Claim implements HeldLock {
  private static final long PAUSE_MS = 50;

  /** The longest pause between two tries to take the claim back; they begin at {@link #PAUSE_MS}. */
  private static final long LONGEST_PAUSE_MS = 5_000;

  /**
   * A lock that is held for less is worth neither a watch nor a write that tells since when: its release
   * would wait behind them.
   */
  private static final long SETTLED_MS = 20;

  private final Locks locks;
  private final Session session;
  private final Base base;
  private final LockSpec spec;
  private final long slot;
  private final ClaimKey key;
  private final CompletableFuture<LockOutcome> outcome = new CompletableFuture<>();
  private final CompletableFuture<Loss> lost = new CompletableFuture<>();
  private volatile ClaimRecord record;
  private Runnable watch = () -> {};
  private Runnable timer = () -> {};
  private volatile long counter;
  private boolean leaving;
  private long pauseMs = PAUSE_MS;
  private boolean releasing;

  /**
   * @param slot see {@link Slots}
   */
  Claim(Locks locks, Session session, LockSpec spec, long slot) {
    this(
        locks,
        session,
        spec,
        slot,
        new ClaimRecord(
            session.spec().name(), spec.purpose(), locks.store().surroundings.wallMs(), 0, null));
  }

  /**
   * One that is there.
   *
   * @param there what is stored of it
   */
  Claim(Locks locks, Session session, LockSpec spec, KvEntry there) {
    this(
        locks,
        session,
        spec,
        Places.slotAt(there.key()),
        ClaimRecord.decode(new Decoder(there.value())));
    counter = there.createRevision();
  }

  private Claim(Locks locks, Session session, LockSpec spec, long slot, ClaimRecord record) {
    this.locks = locks;
    this.session = session;
    this.base = session.base();
    this.spec = spec;
    this.slot = slot;
    this.key = new ClaimKey(session, spec.name(), slot);
    this.record = record;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public FencingToken token() {
    FencingToken came = record.came();
    return came != null ? came : base.token(counter);
  }

  @Override
  public long session() {
    return session.id();
  }

  Session ofSession() {
    return session;
  }

  @Override
  public CompletionStage<Loss> lost() {
    return lost.copy();
  }

  // ---- asking ---------------------------------------------------------------------------------

  /** One command: it takes the lock if nobody has it, else a place in the queue, if it is to wait. */
  CompletionStage<LockOutcome> ask() {
    execute(key.ask(record, spec.waitMs() > 0)).whenCompleteAsync(this::asked, locks.loop());
    return outcome.copy();
  }

  /** Goes on with a claim that is there. */
  CompletionStage<LockOutcome> goOn(List<KvEntry> line, long revision) {
    inLine().judge(line, revision);
    return outcome.copy();
  }

  private CompletionStage<KvResult.TxnDone> execute(KvCommand command) {
    return locks.store().execute(base, command, KvResult.TxnDone.class);
  }

  private void asked(KvResult.TxnDone done, Throwable problem) {
    if (problem != null) {
      CoordinationException failure = Failures.cause(problem);
      if (failure.code() == Code.INDETERMINATE) {
        outcome.completeExceptionally(failure);
        leave();
      } else {
        fail(failure);
      }
      return;
    }
    counter = done.revision();
    if (done.succeeded()) {
      granted(true);
      return;
    }
    List<KvResult> results = done.results();
    KvResult.RangeDone line = (KvResult.RangeDone) results.get(results.size() - 1);
    if (spec.waitMs() == 0) {
      notGranted(line.entries());
    } else if (outcome.isDone()) {
      execute(key.delete(counter));
    } else if (line.more()) {
      inLine().look(done.revision());
    } else {
      inLine().judge(line.entries(), done.revision());
    }
  }

  /** Waits until it is the oldest one. */
  private InLine inLine() {
    InLine waits =
        new InLine(
            locks.store(),
            session,
            key,
            token(),
            new InLine.Owner() {
              @Override
              public void first() {
                granted(false);
              }

              @Override
              public void gone(CoordinationException why) {
                fail(why);
              }

              @Override
              public void unwatched(CoordinationException why) {
                timer.run();
                leaving = true;
                outcome.completeExceptionally(why);
                leave();
              }
            });
    watch = waits::end;
    timer = locks.store().access.after(spec.waitMs(), this::late);
    return waits;
  }

  /**
   * It holds the lock.
   *
   * @param told whether others can see since when
   */
  private void granted(boolean told) {
    timer.run();
    if (session.isOver()) {
      fail(Failures.expired(session.id()));
      return;
    }
    boolean tell = !told && record.heldSinceMs() == 0;
    if (record.heldSinceMs() == 0) {
      record = record.held(locks.store().surroundings.wallMs());
    }
    locks.held(this);
    timer = locks.store().access.after(SETTLED_MS, () -> settled(tell));
    if (!outcome.complete(new LockOutcome.Granted(this))) {
      release();
    }
  }

  /** It is held for longer: whoever takes it away is noticed, and others see since when it is held. */
  private void settled(boolean tell) {
    guard(counter);
    if (tell) {
      execute(key.tell(counter, record));
    }
  }

  private void late() {
    if (outcome.isDone()) {
      return;
    }
    leaving = true;
    watch.run();
    execute(key.leave(counter))
        .whenCompleteAsync(
            (done, problem) -> {
              if (problem != null) {
                outcome.completeExceptionally(Failures.cause(problem));
                leave();
              } else {
                notGranted(((KvResult.RangeDone) done.results().get(0)).entries());
              }
            },
            locks.loop());
  }

  /**
   * Deletes the claim until it is known to be gone, or its session or the coordinator is over: else the
   * lock would be taken for as long as the session lives.
   */
  private void leave() {
    if (lost.isDone()) {
      return;
    }
    boolean known = counter != 0;
    execute(key.delete(counter))
        .whenCompleteAsync(
            (done, problem) -> {
              if (lost.isDone()) {
                return;
              } else if (problem != null) {
                leaveLater();
              } else if (known) {
                lose(Loss.RELEASED);
              } else { // the command that asks may yet be executed
                watch = locks.store().access.watch(key.alone(), done.revision(), v -> leaveLater());
              }
            },
            locks.loop());
  }

  private void leaveLater() {
    timer = locks.store().access.after(pauseMs, this::leave);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }

  private void notGranted(List<KvEntry> line) {
    List<KvEntry> others = line.stream().filter(e -> !e.key().equals(key.place())).toList();
    locks.gone(this);
    session.slots().free(slot);
    outcome.complete(new LockOutcome.NotGranted(Locks.info(base, spec.name(), others)));
  }

  /** The session or the coordinator is over. */
  void stop(CoordinationException why) {
    fail(why);
    lose(Loss.SESSION_ENDED);
  }

  private void fail(CoordinationException why) {
    timer.run();
    watch.run();
    locks.gone(this);
    outcome.completeExceptionally(why);
  }

  // ---- holding --------------------------------------------------------------------------------

  /** That it is there yet. */
  Compare same() {
    return key.same(counter);
  }

  private void guard(long version) {
    watch.run();
    if (!lost.isDone()) {
      watch = locks.store().access.watch(key.alone(), version, this::lookWhetherHeld);
    }
  }

  private void lookWhetherHeld(long version) {
    Store store = locks.store();
    if (version == GroupAccess.TOO_MANY) {
      watch = store.access.after(session.lookMs(), () -> lookWhetherHeld(0));
      return;
    }
    ReadLevel level = store.reaching(version);
    store
        .found(base, key.place(), level)
        .thenCombine(
            store.get(session.place(), level),
            (mine, owner) -> {
              store.later(() -> seen(mine, owner != null));
              return null;
            })
        .whenCompleteAsync(
            (done, problem) -> {
              if (problem != null && !lost.isDone()) {
                watch = store.access.after(PAUSE_MS, () -> lookWhetherHeld(0));
              }
            },
            locks.loop());
  }

  private void seen(KvResult.GetDone mine, boolean sessionLives) {
    if (mine.entry() != null && mine.entry().createRevision() == counter) {
      guard(mine.revision());
    } else if (!releasing) {
      lose(!sessionLives ? Loss.SESSION_ENDED : leaving ? Loss.RELEASED : Loss.FORCED);
    }
  }

  @Override
  public CompletionStage<Boolean> release() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    if (!locks.store().later(() -> release(done))) {
      done.completeExceptionally(Failures.closed());
    }
    return done;
  }

  private void release(CompletableFuture<Boolean> done) {
    if (lost.isDone()) {
      done.complete(false);
      return;
    }
    releasing = true;
    if (!leaving) {
      timer.run();
    }
    execute(key.delete(counter))
        .whenCompleteAsync(
            (result, problem) -> {
              releasing = false;
              if (problem != null) {
                CoordinationException failure = Failures.cause(problem);
                if (failure.code() == Code.INDETERMINATE && !leaving) {
                  leaving = true;
                  leave();
                }
                lookWhetherHeld(0);
                done.completeExceptionally(failure);
              } else if (result.succeeded()) {
                lose(Loss.RELEASED);
                done.complete(true);
              } else {
                lookWhetherHeld(result.revision());
                done.complete(false);
              }
            },
            locks.loop());
  }

  private void lose(Loss how) {
    timer.run();
    watch.run();
    locks.gone(this);
    if (lost.complete(how) && how == Loss.RELEASED) {
      session.slots().free(slot);
    }
  }
}
