package org.quorate.coordinator.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;

/** A session that this coordinator holds. Its state is on the group's loop. */
final class Session implements CoordinatorSession {
  private static final long PAUSE_MS = 50;

  private final Sessions sessions;
  private final Base base;
  private final long id;
  private final long lease;
  private final Bytes secret;
  private volatile SessionSpec spec;
  private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();
  private final Slots slots;
  private Runnable watch = () -> {};
  private volatile Closing closing; // null while nobody wants its end
  private long renewedMs;

  /**
   * @param base what it lies on: no other one takes its place while there is a session
   * @param lease its id in the group
   */
  Session(Sessions sessions, Base base, long id, long lease, Bytes secret, SessionSpec spec) {
    this.sessions = sessions;
    this.base = base;
    this.id = id;
    this.lease = lease;
    this.secret = secret;
    this.spec = spec;
    this.slots = new Slots(sessions.store().surroundings);
    this.renewedMs = sessions.nowMs();
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public Bytes secret() {
    return secret;
  }

  @Override
  public SessionSpec spec() {
    return spec;
  }

  Base base() {
    return base;
  }

  /** Its id in the group, which its claims have as their lease. */
  long lease() {
    return lease;
  }

  /** What its keys have as their lease. */
  long leaseOfKeys() {
    return spec.onEnd() == SessionSpec.OnEnd.RELEASE ? -lease : lease;
  }

  /** Where its record is. */
  Bytes place() {
    return base.places().session(id);
  }

  Slots slots() {
    return slots;
  }

  /** From now on it keeps itself alive. */
  void automatic() {
    spec = new SessionSpec(spec.name(), spec.ttlMs(), spec.onEnd(), true);
  }

  /** Whether its TTL is to be started anew, which is nobody's wish once it is to end. */
  boolean isDue(long nowMs) {
    return spec.automatic() && closing == null && nowMs - renewedMs >= lookMs();
  }

  /** How often to look at what nobody tells of. */
  long lookMs() {
    return spec.ttlMs() / 3;
  }

  void renewed(long atMs) {
    renewedMs = Math.max(renewedMs, atMs);
  }

  boolean isOver() {
    return ended.isDone();
  }

  @Override
  public CompletionStage<Void> keepAlive() {
    return onLoop(
        () ->
            sessions
                .renew(List.of(this))
                .thenAccept(
                    gone -> {
                      if (gone.contains(this)) {
                        throw Failures.expired(id);
                      }
                    }));
  }

  @Override
  public CompletionStage<SessionEnd> ended() {
    return ended.copy();
  }

  @Override
  public CompletionStage<LockOutcome> lock(LockSpec asked) {
    return onLoop(() -> sessions.locks().ask(this, asked));
  }

  @Override
  public CompletionStage<LockOutcome> adopt(LockSpec asked, FencingToken token) {
    return onLoop(() -> sessions.locks().adopt(this, asked, token));
  }

  private <T> CompletionStage<T> onLoop(java.util.function.Supplier<CompletionStage<T>> task) {
    return sessions
        .store()
        .onLoop(
            () -> {
              if (isOver()) {
                throw Failures.expired(id);
              }
              return task.get();
            });
  }

  @Override
  public CompletionStage<Void> detach() {
    return sessions
        .store()
        .onLoop(
            () -> {
              sessions.ended(this, SessionEnd.DETACHED);
              return CompletableFuture.completedFuture(null);
            });
  }

  @Override
  public synchronized CompletionStage<Void> close() {
    if (isOver()) {
      return CompletableFuture.completedFuture(null);
    }
    if (closing == null) {
      closing = new Closing(sessions, this, this::notClosed);
      closing.ask();
    }
    return closing.answer();
  }

  private synchronized void notClosed() {
    closing = null;
    watch.run();
    look(0);
  }

  void end(SessionEnd how) {
    watch.run();
    ended.complete(how);
    sessions.locks().sessionEnded(this);
  }

  /** Looks whether it is still there when its record has changed. */
  void watch(long version) {
    if (!isOver()) {
      List<KeyRange> record = List.of(KeyRange.single(place()));
      watch = sessions.store().access.watch(record, version, this::look);
    }
  }

  private void look(long version) {
    Store store = sessions.store();
    if (version == GroupAccess.TOO_MANY) { // whoever keeps it alive is told too when it is gone
      watch = store.access.after(lookMs(), () -> look(0));
      return;
    }
    store
        .found(base, place(), store.reaching(version))
        .whenCompleteAsync((found, problem) -> seen(found, problem), store.access.loop());
  }

  private void seen(KvResult.GetDone found, Throwable problem) {
    if (isOver() || closing != null) {
      return;
    }
    CoordinationException failure = problem == null ? null : Failures.cause(problem);
    if (failure != null && Failures.isReplaced(failure)) {
      sessions.ended(this, SessionEnd.DETACHED); // it has been away, and may have come back
    } else if (failure != null) {
      long pauseMs = failure.isSealed() ? lookMs() : PAUSE_MS;
      watch = sessions.store().access.after(pauseMs, () -> look(0));
    } else if (found.entry() == null) {
      sessions.ended(this, SessionEnd.EXPIRED);
    } else {
      watch(found.revision());
    }
  }
}
