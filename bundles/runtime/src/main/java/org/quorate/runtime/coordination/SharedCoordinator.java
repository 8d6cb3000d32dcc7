package org.quorate.runtime.coordination;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Standing;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.Listeners;

/**
 * One user's part of a coordinator that others use too: its end ends the sessions and watches of this user
 * and leaves the coordinator open.
 */
public final class SharedCoordinator implements Movable {
  private final Coordinator shared;
  private final Map<Long, CoordinatorSession> sessions = new ConcurrentHashMap<>();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean left = new AtomicBoolean();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final Supplier<? extends CompletionStage<?>> leave;
  private volatile boolean closed;
  private volatile boolean abandoned;

  /**
   * One user's part.
   *
   * @param leave told once when the user is gone; completes when nothing is held for it any more
   */
  public SharedCoordinator(Coordinator shared, Supplier<? extends CompletionStage<?>> leave) {
    this.shared = shared;
    this.leave = leave;
  }

  private static CoordinationException closed() {
    return new CoordinationException(Code.CLOSED, "the coordinator is closed");
  }

  private <T> CompletionStage<T> open(Supplier<CompletionStage<T>> request) {
    return closed ? CompletableFuture.failedFuture(closed()) : request.get();
  }

  @Override
  public String name() {
    return shared.name();
  }

  @Override
  public Set<Capability> capabilities() {
    return shared.capabilities();
  }

  @Override
  public long epoch() {
    return shared.epoch();
  }

  @Override
  public CompletionStage<Listing> range(RangeQuery query) {
    return open(() -> shared.range(query));
  }

  @Override
  public CompletionStage<Children> children(String path, String after, int limit) {
    return open(() -> shared.children(path, after, limit));
  }

  @Override
  public CompletionStage<TransactionResult> transact(Transaction transaction) {
    return open(() -> shared.transact(transaction));
  }

  @Override
  public CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs) {
    return open(() -> until(shared.poll(scopes, index, waitMs)));
  }

  /** An answer that may take long, or the end of this user before it. */
  private <T> CompletionStage<T> until(CompletionStage<T> answer) {
    CompletableFuture<T> told = new CompletableFuture<>();
    waiting.add(told);
    answer.whenComplete(
        (found, problem) -> {
          waiting.remove(told);
          if (problem == null) {
            told.complete(found);
          } else {
            told.completeExceptionally(problem);
          }
        });
    if (closed) {
      told.completeExceptionally(closed());
    }
    return told;
  }

  @Override
  public Subscription watch(Scope scope, long from, WatchListener listener) {
    Watch watch = new Watch(listener);
    watch.subscription = shared.watch(scope, from, watch);
    watches.add(watch);
    if (watch.over.get()) {
      watches.remove(watch);
    } else if (closed) {
      watch.finish();
    }
    return watch;
  }

  @Override
  public CompletionStage<CoordinatorSession> openSession(SessionSpec spec) {
    return open(() -> shared.openSession(spec).thenApply(this::keep));
  }

  @Override
  public CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return open(() -> shared.resume(id, secret, automatic).thenApply(this::keep));
  }

  private CoordinatorSession keep(CoordinatorSession session) {
    sessions.put(session.id(), session);
    session.ended().thenAccept(how -> sessions.remove(session.id(), session));
    if (closed) {
      giveUp(session);
      throw closed();
    }
    return session;
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return open(shared::sessions);
  }

  @Override
  public CompletionStage<Boolean> endSession(long id) {
    return open(() -> shared.endSession(id));
  }

  @Override
  public CompletionStage<List<LockInfo>> locks(Scope scope) {
    return open(() -> shared.locks(scope));
  }

  @Override
  public CompletionStage<Boolean> forceRelease(
      String lock, FencingToken token, String by, String reason) {
    return open(() -> shared.forceRelease(lock, token, by, reason));
  }

  @Override
  public CompletionStage<List<ForcedRelease>> forcedReleases(int limit) {
    return open(() -> shared.forcedReleases(limit));
  }

  // ---- going on elsewhere ---------------------------------------------------------------------

  private <T> CompletionStage<T> moving(Function<Movable, CompletionStage<T>> request) {
    return open(
        () ->
            shared instanceof Movable movable
                ? request.apply(movable)
                : CompletableFuture.failedFuture(
                    new CoordinationException(
                        Code.UNSUPPORTED, "what is kept at " + name() + " cannot be moved")));
  }

  @Override
  public CompletionStage<Boolean> seal(String reason, FencingToken by) {
    return moving(m -> m.seal(reason, by));
  }

  @Override
  public CompletionStage<Boolean> unseal(FencingToken by) {
    return moving(m -> m.unseal(by));
  }

  @Override
  public CompletionStage<Standing> standing() {
    return moving(Movable::standing);
  }

  @Override
  public CompletionStage<Inventory> inventory() {
    return moving(Movable::inventory);
  }

  @Override
  public CompletionStage<Void> warm(Inventory inventory, FencingToken by) {
    return moving(m -> m.warm(inventory, by));
  }

  @Override
  public CompletionStage<Void> take(Inventory inventory, FencingToken by) {
    return moving(m -> m.take(inventory, by));
  }

  @Override
  public CompletionStage<Boolean> leave(String reason, FencingToken by) {
    return moving(m -> m.leave(reason, by));
  }

  @Override
  public CompletionStage<Boolean> retire(String reason, FencingToken by) {
    return moving(m -> m.retire(reason, by));
  }

  @Override
  public CompletionStage<Boolean> changedSince(Scope scope, long revision) {
    return moving(m -> m.changedSince(scope, revision));
  }

  @Override
  public void lookBack(boolean wanted) {
    if (shared instanceof Movable movable) {
      movable.lookBack(wanted);
    }
  }

  @Override
  public boolean vouches() {
    return shared instanceof Movable movable && movable.vouches();
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Ends what this user opened. */
  @Override
  public CompletionStage<Void> shutdown() {
    closed = true;
    watches.forEach(Watch::finish);
    waiting.forEach(answer -> answer.completeExceptionally(closed()));
    CompletableFuture.allOf(
            sessions.values().stream()
                .map(s -> giveUp(s).toCompletableFuture().exceptionally(problem -> null))
                .toArray(CompletableFuture<?>[]::new))
        .whenComplete((done, problem) -> leave());
    return gone;
  }

  private void leave() {
    if (!left.getAndSet(true)) {
      leave.get().whenComplete((done, problem) -> gone.complete(null));
    }
  }

  /** Leaves what this user opened as it is. */
  @Override
  public CompletionStage<Void> abandon() {
    abandoned = true;
    return shutdown();
  }

  private CompletionStage<Void> giveUp(CoordinatorSession session) {
    return abandoned ? session.detach() : session.close();
  }

  /** A watch of this user. */
  private final class Watch implements WatchListener, Subscription {
    private final WatchListener listener;
    private final AtomicBoolean over = new AtomicBoolean();
    private Subscription subscription; // set before others see the watch

    Watch(WatchListener listener) {
      this.listener = listener;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      return listener.changed(events, upTo);
    }

    @Override
    public void ended(CoordinationException why) {
      if (!over.getAndSet(true)) {
        watches.remove(this);
        Listeners.ended(listener, why);
      }
    }

    /** The user goes: it is told, once. */
    void finish() {
      subscription.close();
      ended(SharedCoordinator.closed());
    }

    @Override
    public void close() {
      over.set(true);
      watches.remove(this);
      subscription.close();
    }
  }
}
