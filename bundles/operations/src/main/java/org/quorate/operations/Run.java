package org.quorate.operations;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Phase;

/**
 * An operation for who called: its lock, its beginning, and what the log says when it has ended, whoever
 * ended it. All on the loop.
 */
final class Run {
  private final Hub hub;
  private final OperationSpec spec;
  private final CompletableFuture<Operation> done;
  private final Consumer<Run> over;
  private final Runnable again;
  private final long nonce;
  private final long untilMs;
  private HeldLock lock;
  private long id;
  private long begunAt;
  private boolean busy;
  private boolean finished;

  /**
   * What was asked for.
   *
   * @param nonce different for all that any node begins, see {@link Stored#nonce}
   */
  Run(
      Hub hub,
      OperationSpec spec,
      long nonce,
      CompletableFuture<Operation> done,
      Consumer<Run> over,
      Runnable again) {
    this.hub = hub;
    this.spec = spec;
    this.done = done;
    this.over = over;
    this.again = again;
    this.nonce = nonce;
    this.untilMs = hub.loop().nowMs() + spec.timeouts().lockMs();
  }

  /** Takes the lock, in turn. */
  void lock(CoordinatorSession session) {
    LockSpec wanted =
        new LockSpec(
            hub.layout().lock(spec.lock()),
            spec.kind() + " " + spec.name(),
            spec.timeouts().lockMs());
    hub.then(
        session.lock(wanted),
        (outcome, e) -> {
          if (outcome instanceof LockOutcome.Granted granted) {
            lock = granted.lock();
            if (finished) {
              lock.release();
            } else {
              again.run();
            }
          } else if (outcome instanceof LockOutcome.NotGranted not) {
            fail(new OperationException(Code.LOCKED, held(not.current())));
          } else {
            fail(e);
          }
        });
  }

  private String held(LockInfo info) {
    LockInfo.Claim holder = info.holder();
    if (holder == null) {
      return "lock '" + spec.lock() + "' was not free in time";
    }
    long since = holder.heldSinceMs() > 0 ? holder.heldSinceMs() : holder.askedAtMs();
    return "lock '"
        + spec.lock()
        + "' is held by '"
        + holder.sessionName()
        + "' for '"
        + holder.purpose()
        + "' since "
        + Math.max(0, (hub.loop().wallMs() - since) / 1000)
        + " s";
  }

  /** Begins when it can, or looks whether it has ended. */
  void changed(View view, CoordinatorSession session) {
    if (id != 0) {
      ended(view);
    } else if (lock != null && !busy) {
      if (session == null || session.id() != lock.session()) {
        fail(new OperationException(Code.NOT_ONLINE, "this node went offline before it began"));
      } else if (lock.lost().toCompletableFuture().isDone()) {
        fail(new OperationException(Code.LOCKED, "lock '" + spec.lock() + "' was taken from it"));
      } else {
        begin(view, session);
      }
    }
  }

  private void begin(View view, CoordinatorSession session) {
    KeyEntry guard = view.entry(hub.layout().lock(spec.lock()));
    if (guard != null) {
      long leftMs = untilMs - hub.loop().nowMs();
      if (leftMs <= 0) {
        guarded(guard);
      } else {
        hub.loop().after(leftMs, again);
      }
      return;
    }
    Transaction transaction;
    try {
      transaction = hub.steps().begin(view, what(view), nonce, session.id(), lock.token());
    } catch (CoordinationException | OperationException e) {
      fail(Errors.of(e));
      return;
    }
    begin(transaction, view.lastId() + 1, false);
  }

  /** The lock may be here before the news that the operation before it is over. */
  private void guarded(KeyEntry guard) {
    busy = true;
    hub.then(
        hub.coordinator().get(guard.key()),
        (now, e) -> {
          if (finished) {
            return;
          }
          if (e != null && !Errors.passing(e)) {
            fail(e);
          } else if (e == null && now != null && now.modRevision() == guard.modRevision()) {
            fail(
                new OperationException(
                    Code.LOCKED,
                    "operation " + number(now) + " has lock '" + spec.lock() + "' and goes on"));
          } else {
            repeat();
          }
        });
  }

  private static String number(KeyEntry guard) {
    try {
      return Long.toString(Codec.number(guard.value()));
    } catch (OperationException e) {
      return "?";
    }
  }

  private OperationSpec what(View view) {
    if (!spec.kind().equals(OperationSpec.ROLLBACK)) {
      return spec;
    }
    KeyEntry undo = view.entry(hub.layout().lastUndo());
    if (undo == null) {
      throw new OperationException(Code.NOT_FOUND, "no configuration was loaded before");
    }
    return spec.withChanges(Codec.content(undo.value()).changes());
  }

  /** The same request again, if its answer was lost, is done once: both hold for the same epoch. */
  private void begin(Transaction transaction, long next, boolean unsure) {
    busy = true;
    hub.then(
        hub.coordinator().transact(transaction),
        (result, e) -> {
          if (finished) {
            return;
          }
          if (e != null && Errors.passing(e) && (unsure || e.code() == Code.INDETERMINATE)) {
            hub.loop().after(hub.settings().retryMs(), () -> begin(transaction, next, true));
          } else if (e != null) {
            fail(e);
          } else if (result.succeeded()) {
            begun(next, result.revision());
          } else if (unsure) {
            look(next);
          } else {
            repeat();
          }
        });
  }

  private void begun(long number, long revision) {
    id = number;
    begunAt = revision;
    busy = false;
    again.run();
  }

  private void repeat() {
    hub.loop()
        .after(
            hub.settings().retryMs(),
            () -> {
              busy = false;
              again.run();
            });
  }

  /** Whether the operation of that id is this one; it may have ended already. */
  private void look(long next) {
    hub.then(
        hub.coordinator()
            .get(hub.layout().operation(next))
            .thenCompose(
                entry ->
                    entry != null
                        ? java.util.concurrent.CompletableFuture.completedStage(entry)
                        : hub.coordinator().get(hub.layout().log(next))),
        (entry, e) -> {
          if (finished) {
            return;
          }
          if (e != null) {
            hub.loop().after(hub.settings().retryMs(), () -> look(next));
          } else if (entry != null && mine(entry)) {
            begun(next, entry.modRevision());
          } else {
            repeat();
          }
        });
  }

  private boolean mine(KeyEntry entry) {
    try {
      return Codec.operation(entry.value(), entry.modRevision()).nonce == nonce;
    } catch (OperationException e) {
      return false;
    }
  }

  private void ended(View view) {
    View.Logged logged = view.log().get(id);
    if (logged != null && logged.operation().phase == Phase.ENDED) {
      finish(() -> done.complete(View.ended(logged.operation())));
    } else if (view.revision() >= begunAt && logged == null && !view.under(id)) {
      fail(
          new OperationException(
              Code.INDETERMINATE, "operation " + id + " has ended and is forgotten"));
    }
  }

  private void fail(OperationException e) {
    finish(() -> done.completeExceptionally(e));
  }

  /** Fails without waiting for anything: its lock goes with the session, if not before. */
  void close(OperationException e) {
    done.completeExceptionally(e);
    fail(e);
  }

  /** The lock is free before the caller hears. */
  private void finish(Runnable tell) {
    if (finished) {
      return;
    }
    finished = true;
    over.accept(this);
    if (lock == null) {
      tell.run();
    } else {
      release(tell);
    }
  }

  private void release(Runnable then) {
    hub.then(
        lock.release(),
        (released, e) -> {
          then.run();
          if (e != null && Errors.passing(e) && !lock.lost().toCompletableFuture().isDone()) {
            hub.loop().after(hub.settings().retryMs(), () -> release(() -> {}));
          }
        });
  }
}
