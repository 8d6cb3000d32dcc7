package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A coordinator that goes on with another provider while it is used: what a seal has refused is sent
 * there, what may have been done stays INDETERMINATE, sessions are resumed by id and secret, locks and
 * places in line have their tokens, watches and blocking queries go on. Who uses it sees nothing of it
 * but a longer answer. Thread-safe.
 */
public final class SwappableCoordinator implements Coordinator {
  /** As a revision of a seal that nobody knows any more: more than one swap has passed. */
  public static final long UNKNOWN = -1;

  private static final long AGAIN_MS = 100;

  /** How long a provider that serves no more is kept for what is still under way there. */
  private static final long LINGER_MS = 60_000;

  private final String name;
  private final Routing routing;
  private final Set<SwappedSession> sessions = ConcurrentHashMap.newKeySet();
  private final Set<SwappedWatch> watches = ConcurrentHashMap.newKeySet();
  private final Set<SwappedPoll> polls = ConcurrentHashMap.newKeySet();
  private volatile boolean held;

  /** Providers that serve no more, until they are released. */
  private final Map<Route, CompletableFuture<Void>> left = new ConcurrentHashMap<>();

  private volatile CompletionStage<Coordinator> prepared = CompletableFuture.completedFuture(null);
  private final AtomicBoolean ending = new AtomicBoolean();
  private final CompletableFuture<Void> shutdown = new CompletableFuture<>();

  /**
   * Makes one.
   *
   * @param first the coordinator that serves now; closed with this one, or when another serves
   * @param authority whether what it says may be believed
   * @param loop for what waits
   */
  public SwappableCoordinator(
      String name, Coordinator first, Authority authority, ServiceLoop loop) {
    this.name = name;
    this.routing = new Routing(first, authority, loop);
  }

  // ---- swaps ----------------------------------------------------------------------------------

  /** From when this returns on nothing is believed that the provider says, until it is known. */
  public void hold() {
    held = true;
    routing.hold();
    routing.route().lookBack(true);
  }

  /**
   * What may serve next.
   *
   * @param target shut down with this one, unless another one takes its place or null does
   */
  void prepared(CompletionStage<Coordinator> target) {
    prepared = target == null ? CompletableFuture.completedFuture(null) : target;
  }

  /** The provider serves on. */
  public void resume() {
    held = false;
    routing.route().lookBack(false);
    routing.open();
  }

  /**
   * Goes on at another provider, which has taken in all that the one before kept.
   *
   * @param sealedAt the last revision of the one before, {@link #UNKNOWN} if there were others between:
   *     watches end then as COMPACTED
   * @param begunAt the revision that the target had come to then
   * @return completes when all has gone over, watches too, whose listeners may take their time;
   *     requests are served there before that
   */
  public CompletionStage<Void> switchTo(Coordinator target, long sealedAt, long begunAt) {
    Turn turn = new Turn(routing.route(), new Route(target), sealedAt, begunAt);
    held = false;
    left.put(turn.from(), new CompletableFuture<>());
    routing.hold(); // before the provider answers again what is not so any more
    turn.from().lookBack(true);
    routing.turn(turn.to(), true);
    Supplier<CompletionStage<Map<String, LockInfo>>> locks = once(() -> locksAt(turn.to()));
    return all(sessions.stream().map(s -> s.move(turn.to(), locks)).toList())
        .thenCompose(moved -> goOn(turn));
  }

  private CompletionStage<Void> goOn(Turn turn) {
    List<CompletionStage<Void>> going = new ArrayList<>();
    routing.turned(turn);
    if (turn.sealedAt() == UNKNOWN) {
      watches.forEach(SwappedWatch::cutOff);
    }
    watches.forEach(watch -> going.add(watch.turn(turn)));
    polls.forEach(poll -> going.add(poll.turn(turn)));
    if (routing.route() == turn.to() && !held) {
      routing.open();
    }
    if (routing.isClosed()) {
      turn.to().at().abandon();
    }
    closeWhenUnused(turn.from(), routing.loop().nowMs() + LINGER_MS);
    return all(going);
  }

  private static CompletableFuture<Void> all(List<? extends CompletionStage<Void>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture<?>[]::new));
  }

  private static <T> Supplier<CompletionStage<T>> once(Supplier<CompletionStage<T>> work) {
    CompletionStage<?>[] made = new CompletionStage<?>[1];
    return () -> {
      synchronized (made) {
        if (made[0] == null) {
          made[0] = work.get();
        }
        @SuppressWarnings("unchecked")
        CompletionStage<T> same = (CompletionStage<T>) made[0];
        return same;
      }
    };
  }

  /** Asked until it is told: whoever waits for a lock has to know its place. */
  private CompletionStage<Map<String, LockInfo>> locksAt(Route route) {
    CompletableFuture<Map<String, LockInfo>> found = new CompletableFuture<>();
    locksAt(route, found);
    return found;
  }

  private void locksAt(Route route, CompletableFuture<Map<String, LockInfo>> found) {
    route
        .at()
        .locks(Scope.tree(""))
        .whenComplete(
            (locks, problem) -> {
              if (problem == null) {
                found.complete(
                    locks.stream().collect(Collectors.toMap(LockInfo::name, Function.identity())));
              } else if (routing.isClosed() || routing.route() != route) {
                found.complete(Map.of());
              } else {
                routing.loop().after(AGAIN_MS, () -> locksAt(route, found));
              }
            });
  }

  private void closeWhenUnused(Route before, long untilMs) {
    boolean used = before.isUsed() || watches.stream().anyMatch(w -> w.isAt(before));
    if (used && !routing.isClosed() && routing.loop().nowMs() < untilMs) {
      routing.loop().after(AGAIN_MS, () -> closeWhenUnused(before, untilMs));
    } else {
      release(before);
    }
  }

  /** Its sessions have gone on: no late request may end one. Completes when nothing of it is held. */
  private CompletableFuture<Void> release(Route before) {
    CompletableFuture<Void> released = left.get(before);
    if (released == null) {
      return CompletableFuture.completedFuture(null);
    }
    if (before.leave()) {
      before
          .at()
          .abandon()
          .whenComplete(
              (done, problem) -> {
                left.remove(before);
                released.complete(null);
              });
    }
    return released;
  }

  /** What served before, and what may have served next. */
  private CompletableFuture<Void> releaseAll() {
    List<CompletionStage<Void>> released = new ArrayList<>();
    left.keySet().forEach(before -> released.add(release(before)));
    released.add(
        prepared
            .thenCompose(
                next -> next == null ? CompletableFuture.completedFuture(null) : next.shutdown())
            .exceptionally(neverOpened -> null));
    return all(released);
  }

  /** Does something once it is shut down. */
  void whenShutdown(Runnable then) {
    shutdown.thenRun(then);
  }

  // ---- requests -------------------------------------------------------------------------------

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Capability> capabilities() {
    return routing.route().at().capabilities();
  }

  @Override
  public long epoch() {
    return routing.route().at().epoch();
  }

  @Override
  public CompletionStage<Listing> range(RangeQuery query) {
    return routing.ask(route -> route.at().range(query), Ask.never());
  }

  @Override
  public CompletionStage<Children> children(String path, String after, int limit) {
    return routing.ask(route -> route.at().children(path, after, limit), Ask.never());
  }

  @Override
  public CompletionStage<TransactionResult> transact(Transaction transaction) {
    return routing.ask(route -> route.at().transact(transaction), TransactionResult::succeeded);
  }

  @Override
  public CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs) {
    SwappedPoll poll = new SwappedPoll(routing, scopes, index, waitMs, polls::remove);
    polls.add(poll);
    poll.again();
    return poll.answer();
  }

  @Override
  public Subscription watch(Scope scope, long from, WatchListener listener) {
    CoordinationLimits.range("revision", from, 0, Long.MAX_VALUE - 1);
    SwappedWatch watch = new SwappedWatch(routing, scope, listener, watches::remove);
    watches.add(watch);
    if (routing.isClosed()) {
      watch.end(Routing.closed());
    } else {
      watch.start(from);
    }
    return watch;
  }

  // ---- sessions and locks ---------------------------------------------------------------------

  /** A session and where it was got. */
  private record Got(Route route, CoordinatorSession session) {}

  @Override
  public CompletionStage<CoordinatorSession> openSession(SessionSpec spec) {
    return routing
        .ask(route -> route.at().openSession(spec).thenApply(s -> new Got(route, s)), Ask.always())
        .thenCompose(this::keep);
  }

  @Override
  public CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return routing
        .ask(
            route -> route.at().resume(id, secret, automatic).thenApply(s -> new Got(route, s)),
            Ask.never())
        .thenCompose(this::keep);
  }

  /** It may have been got where all has gone from in the meantime: then it goes on as well. */
  private CompletionStage<CoordinatorSession> keep(Got got) {
    SwappedSession session = new SwappedSession(routing, sessions, got.route(), got.session());
    if (routing.isClosed()) {
      got.session().close();
      return CompletableFuture.failedFuture(Routing.closed());
    }
    Route now = routing.route();
    return now == got.route()
        ? CompletableFuture.completedFuture(session)
        : session.move(now, () -> locksAt(now)).thenApply(moved -> session);
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return routing.ask(route -> route.at().sessions(), Ask.never());
  }

  @Override
  public CompletionStage<Boolean> endSession(long id) {
    return routing.ask(route -> route.at().endSession(id), ended -> ended);
  }

  @Override
  public CompletionStage<List<LockInfo>> locks(Scope scope) {
    return routing.ask(route -> route.at().locks(scope), Ask.never());
  }

  @Override
  public CompletionStage<Boolean> forceRelease(
      String lock, FencingToken token, String by, String reason) {
    return routing.ask(
        route -> route.at().forceRelease(lock, token, by, reason), released -> released);
  }

  @Override
  public CompletionStage<List<ForcedRelease>> forcedReleases(int limit) {
    return routing.ask(route -> route.at().forcedReleases(limit), Ask.never());
  }

  // ---- the end --------------------------------------------------------------------------------

  @Override
  public CompletionStage<Void> shutdown() {
    if (!routing.isClosed() && !ending.getAndSet(true)) {
      all(sessions.stream().map(s -> s.closeLast().exceptionally(problem -> null)).toList())
          .whenComplete((done, problem) -> end(Coordinator::shutdown));
    }
    return shutdown;
  }

  @Override
  public CompletionStage<Void> abandon() {
    return end(Coordinator::abandon);
  }

  private CompletionStage<Void> end(Function<Coordinator, CompletionStage<Void>> how) {
    if (routing.close()) {
      CoordinationException why = Routing.closed();
      watches.forEach(watch -> watch.end(why));
      polls.forEach(poll -> poll.giveUp(why));
      how.apply(routing.route().at())
          .handle((done, problem) -> releaseAll())
          .thenCompose(released -> released)
          .whenComplete(
              (done, problem) -> {
                sessions.forEach(session -> session.end(SessionEnd.DETACHED));
                shutdown.complete(null);
              });
    }
    return shutdown;
  }
}
