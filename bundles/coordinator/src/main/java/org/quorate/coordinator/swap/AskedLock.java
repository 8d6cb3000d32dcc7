package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;

/** A lock that was asked for, until it is got or not; its place in line goes on with a swap. */
final class AskedLock implements Routing.Parked {
  private final Routing routing;
  private final SwappedSession session;
  private final LockSpec spec;
  private final long untilMs;
  private final CompletableFuture<LockOutcome> outcome = new CompletableFuture<>();
  private Route sentTo; // guarded by this; who may have a claim of it, null for nobody
  private boolean underWay; // guarded by this
  private final Patience patience;

  AskedLock(Routing routing, SwappedSession session, LockSpec spec) {
    this.routing = routing;
    this.session = session;
    this.spec = spec;
    this.untilMs = routing.loop().nowMs() + spec.waitMs();
    this.patience = new Patience(routing.loop(), untilMs);
  }

  CompletionStage<LockOutcome> outcome() {
    return outcome;
  }

  LockSpec spec() {
    return spec;
  }

  private LockSpec left() {
    long leftMs = Math.max(0, untilMs - routing.loop().nowMs());
    return new LockSpec(spec.name(), spec.purpose(), Math.min(leftMs, spec.waitMs()));
  }

  @Override
  public void again() {
    Route route = routing.route();
    CoordinatorSession at = session.on(route);
    if (session.isOver() || routing.isClosed()) {
      fail(session.isOver() ? session.expired() : Routing.closed());
    } else if (routing.isHeld() || at == null) {
      park();
    } else if (begin(route, false)) {
      follow(route, at.lock(left()));
    }
  }

  private synchronized boolean begin(Route route, boolean evenIfUnderWay) {
    boolean begun = evenIfUnderWay || !underWay;
    sentTo = begun ? route : sentTo;
    underWay = true;
    return begun;
  }

  private synchronized void stop() {
    underWay = false;
  }

  private void park() {
    patience.begin();
    routing.park(this);
  }

  /** Whether the provider before this one may have a claim of it. */
  synchronized boolean mayBeBehind(Route now) {
    return !outcome.isDone() && sentTo != null && sentTo != now;
  }

  /** Goes on with the claim that another provider had. */
  void resume(Route route, CoordinatorSession at, FencingToken token) {
    begin(route, true);
    follow(route, at.adopt(left(), token));
  }

  /** The provider before had no claim of it: asks anew. */
  void anew() {
    stop();
    again();
  }

  private void follow(Route route, CompletionStage<LockOutcome> asked) {
    asked.whenComplete((told, problem) -> told(route, told, problem));
  }

  private synchronized boolean isSentTo(Route route) {
    return sentTo == route;
  }

  private void told(Route route, LockOutcome told, Throwable problem) {
    if (!isSentTo(route)) {
      return;
    }
    if (problem == null) {
      if (told instanceof LockOutcome.Granted granted) {
        routing.whenServing(
            route,
            patience.untilMs(),
            () -> granted(route, granted),
            () -> missed(route, granted.lock().token()),
            why -> giveBack(granted, why));
      } else {
        finish(told);
      }
      return;
    }
    CoordinationException why = Routing.cause(problem);
    if (routing.isClosed()) {
      fail(why);
    } else if (why.isSealed() || isOfHandle(route, why)) {
      patience.refused();
      whenServing(route, this::anewLater);
    } else if (Routing.isNews(why)) {
      whenServing(route, () -> fail(why));
    } else {
      if (why.code() == Code.INDETERMINATE) {
        session.doubts(spec);
      }
      fail(why);
    }
  }

  private void whenServing(Route route, Runnable then) {
    routing.whenServing(route, patience.untilMs(), then, () -> missed(route, null), this::giveUp);
  }

  /** The provider's handle of the session is over, the session need not be. */
  private boolean isOfHandle(Route route, CoordinationException why) {
    return why.code() == Code.SESSION_EXPIRED && session.on(route) == null && !session.isOver();
  }

  /** Who asked has waited too long for it to be known whether it is held. */
  private void giveBack(LockOutcome.Granted granted, CoordinationException why) {
    granted.lock().release();
    giveUp(why);
  }

  private void anewLater() {
    stop();
    park();
  }

  /**
   * All has gone on since it was sent. Most often it went on as well; unless it was sent so late that
   * nobody knew of it.
   *
   * @param token of its claim, null if it has none
   */
  private void missed(Route route, FencingToken token) {
    Route now = routing.route();
    CoordinatorSession at = session.on(now);
    if (!isSentTo(route) || outcome.isDone()) {
      return;
    } else if (token != null && at != null) {
      resume(now, at, token);
    } else {
      anew();
    }
  }

  private void granted(Route route, LockOutcome.Granted granted) {
    if (isSentTo(route) && !outcome.isDone()) {
      SwappedLock lock = new SwappedLock(routing, session, spec, route, granted.lock().token());
      session.holds(lock);
      lock.follow(route, granted.lock());
      finish(new LockOutcome.Granted(lock));
    } else if (isSentTo(route)) {
      granted.lock().release(); // nobody waits for it any more
    }
  }

  private void finish(LockOutcome told) {
    session.answered(this);
    outcome.complete(told);
  }

  private void fail(CoordinationException why) {
    session.answered(this);
    outcome.completeExceptionally(why);
  }

  /** A claim of it may stand in line somewhere: it is given up with the next swap, if not before. */
  @Override
  public void giveUp(CoordinationException why) {
    if (sent()) {
      session.doubts(spec);
    }
    fail(why);
  }

  private synchronized boolean sent() {
    return sentTo != null;
  }

  @Override
  public long untilMs() {
    return patience.untilMs();
  }

  @Override
  public long notBeforeMs() {
    return patience.notBeforeMs();
  }
}
