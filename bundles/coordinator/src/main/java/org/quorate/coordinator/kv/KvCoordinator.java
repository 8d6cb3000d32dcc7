package org.quorate.coordinator.kv;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Standing;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.WatchListener;

/**
 * Coordination on a key-value group, of whichever strategy: everything is keys of the group, a session
 * is a lease, so all of it survives what the group survives. Thread-safe.
 */
public final class KvCoordinator implements Movable {
  private final Store store;
  private final long epoch;
  private final Locks locks;
  private final Moving moving;
  private final Intake intake;
  private final Sessions sessions;
  private final Supplier<CompletionStage<?>> release;
  private final Set<ScopeWatch> watches = new LinkedHashSet<>(); // on the loop
  private final Set<Poll> polls = new LinkedHashSet<>(); // on the loop
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean closed;

  /**
   * Opens one.
   *
   * @param access to a group of the state machine {@code kv}
   * @param client who coordinates, shown with its sessions
   * @param epoch for fencing tokens: the same wherever one of this group is opened, as tokens are ordered by
   *     it first; 1, unless what another provider kept was taken in
   * @param release gives the access back, at the end
   */
  public KvCoordinator(
      GroupAccess access, String client, long epoch, Supplier<CompletionStage<?>> release) {
    this(access, client, epoch, release, Surroundings.REAL);
  }

  /** The same with time and chance of its own, as in a simulation. */
  public KvCoordinator(
      GroupAccess access,
      String client,
      long epoch,
      Supplier<CompletionStage<?>> release,
      Surroundings surroundings) {
    this.store = new Store(access, epoch, surroundings);
    this.epoch = epoch;
    this.locks = new Locks(store);
    this.moving = new Moving(store);
    this.intake = new Intake(store, moving, epoch);
    this.sessions = new Sessions(store, locks, client);
    this.release = release;
    store.onReplaced(this::replaced);
    store.onMoved(this::moved);
  }

  /** All has gone on elsewhere: what waits here waits in vain, and sessions can be resumed there. */
  private void moved(CoordinationException why) {
    List.copyOf(watches).forEach(watch -> watch.end(why));
    List.copyOf(polls).forEach(poll -> poll.end(why));
    sessions.detach();
  }

  /** Another base: what clients have seen of the one before is nothing that could be gone on with. */
  private void replaced() {
    List.copyOf(watches).forEach(ScopeWatch::replaced);
    List.copyOf(polls).forEach(Poll::replaced);
  }

  @Override
  public String name() {
    return "native:" + store.access.id();
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.values());
  }

  @Override
  public long epoch() {
    return epoch;
  }

  /** Runs a request unless it is closed; whatever is wrong with it fails the stage. */
  private <T> CompletionStage<T> open(Supplier<CompletionStage<T>> request) {
    if (closed) {
      return CompletableFuture.failedFuture(Failures.closed());
    }
    try {
      return request.get();
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private <T> CompletionStage<T> onLoop(Supplier<CompletionStage<T>> request) {
    return store.onLoop(() -> open(request));
  }

  // ---- keys -----------------------------------------------------------------------------------

  @Override
  public CompletionStage<Listing> range(RangeQuery query) {
    return open(() -> store.on(base -> range(base, query)));
  }

  private CompletionStage<Listing> range(Base base, RangeQuery query) {
    Places places = base.places();
    KeyRange all = places.keys(query.scope());
    Bytes behind =
        query.after().isEmpty() ? all.from() : KeyRange.single(places.key(query.after())).to();
    Bytes from = behind.compareTo(all.from()) > 0 ? behind : all.from();
    long revision = query.revision() == 0 ? 0 : base.found(query.revision());
    if (revision < 0) {
      throw Failures.gone(query.revision());
    }
    KvQuery.Range asked =
        new KvQuery.Range(
            new KeyRange(from, all.to()), query.limit(), revision, false, query.keysOnly(), false);
    ReadLevel level = query.stale() ? store.newest() : ReadLevel.LINEARIZABLE;
    return store
        .read(asked, level, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              Listing listing =
                  new Listing(
                      revision == 0 ? base.shown(page.revision()) : query.revision(),
                      page.entries().stream().map(base::entry).toList(),
                      page.more());
              return page.entries().isEmpty()
                  ? store.holds(base, page.revision()).thenApply(holds -> listing)
                  : CompletableFuture.completedFuture(listing);
            });
  }

  @Override
  public CompletionStage<Children> children(String path, String after, int limit) {
    return open(
        () -> {
          Keys.path(path);
          CoordinationLimits.range("limit", limit, 1, CoordinationLimits.LISTING_ENTRIES);
          return store.on(base -> children(base, path, after, limit));
        });
  }

  private CompletionStage<Children> children(Base base, String path, String after, int limit) {
    KvQuery.Names names =
        new KvQuery.Names(base.places().level(path), (byte) '/', Bytes.utf8(after), limit);
    return store
        .read(names, ReadLevel.LINEARIZABLE, KvResult.NamesDone.class)
        .thenCompose(
            done -> {
              Children children =
                  new Children(
                      base.shown(done.revision()),
                      done.names().stream()
                          .map(n -> new Children.Child(n.name().utf8(), n.exists(), n.below()))
                          .toList(),
                      done.more());
              return done.names().isEmpty()
                  ? store.holds(base, done.revision()).thenApply(holds -> children)
                  : CompletableFuture.completedFuture(children);
            });
  }

  @Override
  public CompletionStage<TransactionResult> transact(Transaction transaction) {
    boolean plain =
        transaction.then().stream().allMatch(op -> Translation.owner(op) == 0)
            && transaction.when().stream().noneMatch(KvCoordinator::needsALook);
    return plain
        ? open(() -> store.on(base -> execute(transaction, new Translation(base), base)))
        : onLoop(() -> store.on(base -> lookUp(transaction, 0, new Translation(base), base)));
  }

  private static boolean needsALook(Condition condition) {
    return condition instanceof Condition.OwnedBy || condition instanceof Condition.Held;
  }

  /** Looks up what some conditions mean, one after the other, then executes. */
  private CompletionStage<TransactionResult> lookUp(
      Transaction transaction, int at, Translation translation, Base base) {
    for (int i = at; i < transaction.when().size(); i++) {
      if (needsALook(transaction.when().get(i))) {
        int next = i + 1;
        return lookUp(transaction.when().get(i), translation, base)
            .thenComposeAsync(
                found -> {
                  translation.when(found);
                  return lookUp(transaction, next, translation, base);
                },
                store.access.loop());
      }
    }
    return execute(transaction, translation, base);
  }

  private CompletionStage<TransactionResult> execute(
      Transaction transaction, Translation translation, Base base) {
    for (Condition condition : transaction.when()) {
      if (!needsALook(condition)) {
        translation.when(condition);
      }
    }
    for (Op op : transaction.then()) {
      translation.then(op, lease(Translation.owner(op)));
    }
    return store
        .execute(base, translation.command(), KvResult.TxnDone.class)
        .thenApply(done -> translation.result(done, transaction.then()));
  }

  private long lease(long owner) {
    if (owner == 0) {
      return 0;
    }
    var session = sessions.find(owner);
    if (session == null) {
      throw Failures.expired(owner);
    }
    return session.leaseOfKeys();
  }

  private CompletionStage<List<Compare>> lookUp(
      Condition condition, Translation translation, Base base) {
    if (condition instanceof Condition.Held held) {
      return locks
          .holding(base, held.lock(), held.token())
          .thenApply(claim -> claim == null ? Translation.NEVER : List.of(claim));
    }
    Condition.OwnedBy owned = (Condition.OwnedBy) condition;
    return owned.session() == 0
        ? CompletableFuture.completedFuture(translation.owned(owned.key(), 0L))
        : sessions
            .leaseOf(base, owned.session())
            .thenApply(lease -> translation.owned(owned.key(), lease));
  }

  // ---- following changes ----------------------------------------------------------------------

  @Override
  public CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs) {
    return onLoop(
        () -> {
          CoordinationLimits.range("scopes", scopes.size(), 1, CoordinationLimits.POLL_SCOPES);
          CoordinationLimits.range("index", index, 0, Long.MAX_VALUE - 1);
          CoordinationLimits.range("wait.ms", waitMs, 0, CoordinationLimits.POLL_MS);
          Poll poll = new Poll(store, scopes, index, waitMs, polls::remove);
          polls.add(poll);
          poll.start();
          return poll.answer();
        });
  }

  @Override
  public Subscription watch(Scope scope, long from, WatchListener listener) {
    CoordinationLimits.range("revision", from, 0, Long.MAX_VALUE - 1);
    ScopeWatch watch = new ScopeWatch(store, scope, from, listener, watches::remove);
    boolean begins =
        store.later(
            () -> {
              watches.add(watch);
              if (closed) {
                watch.end(Failures.closed());
              } else {
                watch.start();
              }
            });
    if (!begins) {
      watch.end(Failures.closed());
    }
    return watch;
  }

  // ---- sessions and locks ---------------------------------------------------------------------

  @Override
  public CompletionStage<CoordinatorSession> openSession(SessionSpec spec) {
    return open(() -> sessions.open(spec));
  }

  @Override
  public CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return open(() -> sessions.resume(id, secret, automatic));
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return open(sessions::list);
  }

  @Override
  public CompletionStage<Boolean> endSession(long id) {
    return open(() -> sessions.end(id));
  }

  @Override
  public CompletionStage<List<LockInfo>> locks(Scope scope) {
    return open(() -> locks.list(scope));
  }

  @Override
  public CompletionStage<Boolean> forceRelease(
      String lock, FencingToken token, String by, String reason) {
    return open(
        () -> {
          Keys.check(lock);
          CoordinationLimits.text("by", by, CoordinationLimits.PURPOSE_BYTES);
          CoordinationLimits.text("the reason", reason, CoordinationLimits.PURPOSE_BYTES);
          return locks.force(lock, token, by, reason);
        });
  }

  @Override
  public CompletionStage<List<ForcedRelease>> forcedReleases(int limit) {
    return open(
        () -> {
          CoordinationLimits.range("limit", limit, 1, CoordinationLimits.FORCED_RELEASES);
          return locks.forced(limit);
        });
  }

  // ---- going on elsewhere ---------------------------------------------------------------------

  private CompletionStage<Boolean> because(String reason, Supplier<CompletionStage<Boolean>> step) {
    return open(
        () -> {
          CoordinationLimits.text("the reason", reason, CoordinationLimits.PURPOSE_BYTES);
          return step.get();
        });
  }

  @Override
  public CompletionStage<Boolean> seal(String reason, FencingToken by) {
    return because(reason, () -> moving.seal(reason, by));
  }

  @Override
  public CompletionStage<Boolean> unseal(FencingToken by) {
    return open(() -> moving.unseal(by));
  }

  @Override
  public CompletionStage<Standing> standing() {
    return open(moving::standing);
  }

  @Override
  public CompletionStage<Inventory> inventory() {
    return open(moving::inventory);
  }

  @Override
  public CompletionStage<Void> warm(Inventory inventory, FencingToken by) {
    return open(() -> intake.warm(inventory, by));
  }

  @Override
  public CompletionStage<Void> take(Inventory inventory, FencingToken by) {
    return open(() -> intake.take(inventory, by));
  }

  @Override
  public CompletionStage<Boolean> leave(String reason, FencingToken by) {
    return because(reason, () -> moving.leave(reason, by));
  }

  @Override
  public CompletionStage<Boolean> retire(String reason, FencingToken by) {
    return because(reason, () -> moving.retire(reason, by));
  }

  @Override
  public boolean vouches() {
    return true;
  }

  @Override
  public CompletionStage<Boolean> changedSince(Scope scope, long revision) {
    return open(() -> store.on(base -> changedSince(base, scope, revision)));
  }

  private CompletionStage<Boolean> changedSince(Base base, Scope scope, long revision) {
    long since = base.found(revision);
    if (since < 0) {
      return CompletableFuture.completedFuture(true);
    }
    return changedBehind(base, base.places().keys(scope), since)
        .exceptionallyCompose(
            problem ->
                Failures.cause(problem).code() == CoordinationException.Code.COMPACTED
                    ? CompletableFuture.completedFuture(true)
                    : CompletableFuture.failedFuture(problem));
  }

  /** Looks for one change, a bounded piece of the history at a time. */
  private CompletionStage<Boolean> changedBehind(Base base, KeyRange keys, long behind) {
    return store
        .read(
            new KvQuery.Changes(keys, behind + 1, 1, 0, false),
            ReadLevel.LINEARIZABLE,
            KvResult.ChangesDone.class)
        .thenCompose(
            done ->
                done.events().isEmpty() && done.more()
                    ? changedBehind(base, keys, done.upTo())
                    : store
                        .holds(base, done.revision())
                        .thenApply(holds -> !done.events().isEmpty()));
  }

  @Override
  public void lookBack(boolean wanted) {
    store.control.lookBack(wanted);
  }

  // ---- the end --------------------------------------------------------------------------------

  @Override
  public CompletionStage<Void> shutdown() {
    return end(sessions::shutdown);
  }

  @Override
  public CompletionStage<Void> abandon() {
    return end(
        () -> {
          sessions.abandon();
          return CompletableFuture.completedFuture(null);
        });
  }

  /** Once: whoever wants it again, in whichever way, is told of the same end. */
  private CompletionStage<Void> end(Supplier<CompletionStage<Void>> how) {
    synchronized (this) {
      if (closed) {
        return ended.copy();
      }
      closed = true;
    }
    store
        .onLoop(
            () -> {
              stop();
              return how.get();
            })
        .exceptionally(over -> null) // its way to the group is closed: nothing can be ended
        .thenCompose(done -> release.get())
        .whenComplete(
            (done, problem) -> {
              if (problem == null) {
                ended.complete(null);
              } else {
                ended.completeExceptionally(problem);
              }
            });
    return ended.copy();
  }

  private void stop() {
    List.copyOf(watches).forEach(watch -> watch.end(Failures.closed()));
    List.copyOf(polls).forEach(poll -> poll.end(Failures.closed()));
    locks.close();
    intake.close();
    store.close();
  }
}
