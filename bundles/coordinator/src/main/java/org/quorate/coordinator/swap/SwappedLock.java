package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;

/** A lock that stays held, with its token, whichever provider serves. */
final class SwappedLock implements HeldLock {
  private static final long AGAIN_MS = 100;

  private record At(Route route, HeldLock lock) {}

  private final Routing routing;
  private final SwappedSession owner;
  private final LockSpec spec;
  private final FencingToken token;
  private final CompletableFuture<Loss> lost = new CompletableFuture<>();
  private volatile At at;
  private volatile boolean leaving;

  SwappedLock(
      Routing routing, SwappedSession owner, LockSpec spec, Route route, FencingToken token) {
    this.routing = routing;
    this.owner = owner;
    this.spec = spec;
    this.token = token;
    this.at = new At(route, null);
  }

  /** It is held there. */
  void follow(Route route, HeldLock lock) {
    synchronized (this) {
      at = new At(route, lock);
    }
    lock.lost().thenAccept(how -> gone(route, how));
  }

  private void gone(Route from, Loss how) {
    if (how == Loss.RELEASED) {
      lose(how);
    } else if (how == Loss.SESSION_ENDED) {
      letGo(from); // perhaps only the provider's handle
      owner.whenOver(() -> lose(how));
    } else {
      routing.whenServing(from, () -> lose(how));
    }
  }

  private synchronized void letGo(Route from) {
    if (at.route() == from) {
      at = new At(from, null);
    }
  }

  private void lose(Loss how) {
    owner.lost(this);
    lost.complete(how);
  }

  /** Takes it up where the session goes on; completes when it is known what became of it. */
  CompletionStage<Void> move(Route to, CoordinatorSession session) {
    CompletableFuture<Void> moved = new CompletableFuture<>();
    synchronized (this) {
      at = new At(to, null);
    }
    move(to, session, moved);
    return moved;
  }

  private void move(Route to, CoordinatorSession session, CompletableFuture<Void> moved) {
    if (routing.route() != to || routing.isClosed() || lost.isDone()) {
      moved.complete(null);
      return;
    }
    session
        .adopt(new LockSpec(spec.name(), spec.purpose(), 0), token)
        .whenComplete(
            (outcome, problem) -> {
              if (outcome instanceof LockOutcome.Granted granted) {
                follow(to, granted.lock());
                if (leaving) {
                  granted.lock().release();
                }
                moved.complete(null);
                return;
              }
              Code code = problem == null ? Code.LOCK_LOST : Routing.cause(problem).code();
              if (code == Code.LOCK_LOST) {
                lose(leaving ? Loss.RELEASED : Loss.FORCED);
              } else if (code == Code.SESSION_EXPIRED) {
                lose(Loss.SESSION_ENDED);
              } else {
                routing.loop().after(AGAIN_MS, () -> move(to, session, moved));
                return;
              }
              moved.complete(null);
            });
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public FencingToken token() {
    return token;
  }

  @Override
  public long session() {
    return owner.id();
  }

  @Override
  public CompletionStage<Boolean> release() {
    return routing
        .<Boolean>ask(
            route -> {
              At now = at;
              if (lost.isDone()) {
                return CompletableFuture.completedFuture(false);
              }
              return now.route() == route && now.lock() != null
                  ? now.lock().release()
                  : Ask.notYet();
            },
            released -> released)
        .whenComplete((released, problem) -> leaving |= problem != null && isDoubtful(problem));
  }

  private static boolean isDoubtful(Throwable problem) {
    CoordinationException why = Routing.cause(problem);
    return why.code() == Code.INDETERMINATE;
  }

  @Override
  public CompletionStage<Loss> lost() {
    return lost.copy();
  }
}
