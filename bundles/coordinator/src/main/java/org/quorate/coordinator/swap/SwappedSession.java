package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;

/** A session that goes on, with its locks, whichever provider serves. */
final class SwappedSession implements CoordinatorSession {
  private static final long AGAIN_MS = 100;
  private static final int DOUBTS = 1_000;

  private record At(Route route, CoordinatorSession session) {}

  private final Routing routing;
  private final Set<SwappedSession> all;
  private final long id;
  private final Bytes secret;
  private final SessionSpec spec;
  private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();
  private final Set<SwappedLock> held = new LinkedHashSet<>(); // guarded by this
  private final Set<AskedLock> asked = new LinkedHashSet<>(); // guarded by this
  private final List<LockSpec> doubtful = new ArrayList<>(); // guarded by this; two may be equal
  private volatile At at;

  /** One that was opened or resumed there. */
  SwappedSession(
      Routing routing, Set<SwappedSession> all, Route route, CoordinatorSession session) {
    this.routing = routing;
    this.all = all;
    this.id = session.id();
    this.secret = session.secret();
    this.spec = session.spec();
    all.add(this);
    follow(route, session);
  }

  private void follow(Route route, CoordinatorSession session) {
    synchronized (this) {
      at = new At(route, session);
    }
    session.ended().thenAccept(how -> gone(route, how));
  }

  private void gone(Route from, SessionEnd how) {
    if (how == SessionEnd.CLOSED || routing.isClosed()) {
      end(how);
    } else if (how == SessionEnd.DETACHED) {
      letGo(from);
    } else {
      routing.whenServing(from, () -> end(how));
    }
  }

  /** Its provider does not keep it any more; wherever all has gone on it is taken up. */
  private synchronized void letGo(Route from) {
    if (at.route() == from) {
      at = new At(from, null);
    }
  }

  /** Does something once it has ended. */
  void whenOver(Runnable then) {
    ended.thenRun(then);
  }

  void end(SessionEnd how) {
    all.remove(this);
    ended.complete(how);
  }

  boolean isOver() {
    return ended.isDone();
  }

  CoordinationException expired() {
    return new CoordinationException(
        Code.SESSION_EXPIRED, "session " + Long.toHexString(id) + " has ended");
  }

  /** Its handle at a provider, null while it is not taken up there. */
  CoordinatorSession on(Route route) {
    At now = at;
    return now.route() == route ? now.session() : null;
  }

  // ---- moving ---------------------------------------------------------------------------------

  /**
   * Goes on at another provider.
   *
   * @param locks all that are there, by name
   * @return completes when it is known what became of it and of what it holds
   */
  CompletionStage<Void> move(Route to, Supplier<CompletionStage<Map<String, LockInfo>>> locks) {
    CompletableFuture<CoordinatorSession> resumed = new CompletableFuture<>();
    resume(to, resumed);
    return resumed.thenCompose(
        session -> {
          if (session == null) {
            return CompletableFuture.completedFuture(null);
          }
          return CompletableFuture.allOf(
                  holding().stream()
                      .map(lock -> lock.move(to, session).toCompletableFuture())
                      .toArray(CompletableFuture<?>[]::new))
              .thenCompose(moved -> moveClaims(to, session, locks));
        });
  }

  /** With null when it has ended, or all has gone on to yet another provider. */
  private void resume(Route to, CompletableFuture<CoordinatorSession> resumed) {
    if (isOver() || routing.isClosed() || routing.route() != to) {
      resumed.complete(null);
      return;
    }
    to.at()
        .resume(id, secret, spec.automatic())
        .whenComplete(
            (session, problem) -> {
              if (problem == null) {
                follow(to, session);
                resumed.complete(session);
              } else if (Routing.cause(problem).code() == Code.SESSION_EXPIRED) {
                end(SessionEnd.EXPIRED);
                resumed.complete(null);
              } else {
                routing.loop().after(AGAIN_MS, () -> resume(to, resumed));
              }
            });
  }

  private CompletionStage<Void> moveClaims(
      Route to,
      CoordinatorSession session,
      Supplier<CompletionStage<Map<String, LockInfo>>> locks) {
    List<AskedLock> open;
    List<LockSpec> doubts;
    synchronized (this) {
      open = asked.stream().filter(lock -> lock.mayBeBehind(to)).toList();
      doubts = List.copyOf(doubtful);
    }
    if (open.isEmpty() && doubts.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return locks
        .get()
        .thenAccept(
            found -> {
              List<FencingToken> known = new ArrayList<>();
              holding().forEach(lock -> known.add(lock.token()));
              for (AskedLock lock : open) {
                FencingToken mine = claim(found, lock.spec(), known);
                if (mine == null) {
                  lock.anew();
                } else {
                  known.add(mine);
                  lock.resume(to, session, mine);
                }
              }
              for (LockSpec spec : doubts) {
                FencingToken claim = claim(found, spec, known);
                known.add(claim);
                settle(session, spec, claim);
              }
            });
  }

  /** The oldest claim of this session that looks so and is not known yet, or null. */
  private FencingToken claim(
      Map<String, LockInfo> found, LockSpec wanted, List<FencingToken> known) {
    return Stream.ofNullable(found.get(wanted.name()))
        .flatMap(lock -> Stream.concat(Stream.of(lock.holder()), lock.waiting().stream()))
        .filter(c -> c.session() == id && c.purpose().equals(wanted.purpose()))
        .map(LockInfo.Claim::token)
        .filter(token -> !known.contains(token))
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** Nobody knows of a claim whose request was not answered: gives it up. */
  private void settle(CoordinatorSession session, LockSpec spec, FencingToken token) {
    synchronized (this) {
      doubtful.remove(spec);
    }
    if (token != null) {
      session
          .adopt(new LockSpec(spec.name(), spec.purpose(), 0), token)
          .thenAccept(
              outcome -> {
                if (outcome instanceof LockOutcome.Granted granted) {
                  granted.lock().release();
                }
              });
    }
  }

  // ---- locks ----------------------------------------------------------------------------------

  private synchronized List<SwappedLock> holding() {
    return List.copyOf(held);
  }

  synchronized void holds(SwappedLock lock) {
    held.add(lock);
  }

  synchronized void lost(SwappedLock lock) {
    held.remove(lock);
  }

  synchronized void answered(AskedLock lock) {
    asked.remove(lock);
  }

  /** A lock may have been got that nobody knows of: its provider takes it back unless all moves. */
  synchronized void doubts(LockSpec spec) {
    if (doubtful.size() < DOUBTS) {
      doubtful.add(spec);
    }
  }

  @Override
  public CompletionStage<LockOutcome> lock(LockSpec wanted) {
    AskedLock lock = new AskedLock(routing, this, wanted);
    synchronized (this) {
      asked.add(lock);
    }
    lock.again();
    return lock.outcome();
  }

  @Override
  public CompletionStage<LockOutcome> adopt(LockSpec wanted, FencingToken token) {
    return routing
        .<HeldAt>ask(
            route -> {
              CoordinatorSession session = on(route);
              return session == null
                  ? Ask.notYet()
                  : session.adopt(wanted, token).thenApply(outcome -> new HeldAt(route, outcome));
            },
            Ask.never())
        .thenApply(got -> taken(got, wanted));
  }

  private record HeldAt(Route route, LockOutcome outcome) {}

  private LockOutcome taken(HeldAt got, LockSpec wanted) {
    if (got.outcome() instanceof LockOutcome.Granted granted) {
      SwappedLock lock =
          new SwappedLock(routing, this, wanted, got.route(), granted.lock().token());
      holds(lock);
      lock.follow(got.route(), granted.lock());
      return new LockOutcome.Granted(lock);
    }
    return got.outcome();
  }

  // ---- the session ----------------------------------------------------------------------------

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

  @Override
  public CompletionStage<Void> keepAlive() {
    return routing.ask(
        route -> {
          CoordinatorSession session = on(route);
          return isOver()
              ? CompletableFuture.failedFuture(expired())
              : session == null ? Ask.notYet() : session.keepAlive();
        },
        Ask.never());
  }

  @Override
  public CompletionStage<SessionEnd> ended() {
    return ended.copy();
  }

  /** Wherever it goes on meanwhile, it is left as it is. */
  @Override
  public CompletionStage<Void> detach() {
    CoordinatorSession last = at.session();
    end(SessionEnd.DETACHED);
    return last == null ? CompletableFuture.completedFuture(null) : last.detach();
  }

  /** Its coordinator is shut down: what becomes of it is known before that is done. */
  CompletionStage<Void> closeLast() {
    CoordinatorSession last = at.session();
    CompletionStage<Void> closed =
        last == null
            ? close()
            : last.close()
                .exceptionallyCompose(
                    problem ->
                        goesOn(Routing.cause(problem))
                            ? close()
                            : CompletableFuture.failedFuture(problem));
    return closed.thenAccept(done -> end(SessionEnd.CLOSED));
  }

  /** Whether what refused it may have passed it on. */
  private static boolean goesOn(CoordinationException why) {
    return why.isSealed() || Routing.isNews(why);
  }

  @Override
  public CompletionStage<Void> close() {
    if (isOver()) {
      return CompletableFuture.completedFuture(null);
    }
    return routing.ask(
        route -> {
          CoordinatorSession session = on(route);
          return isOver()
              ? CompletableFuture.completedFuture(null)
              : session == null ? Ask.notYet() : session.close();
        },
        Ask.always());
  }
}
