package org.quorate.coordinator.swap;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Scope;

/** A blocking query that waits on, whichever provider serves. */
final class SwappedPoll implements Routing.Parked {
  private final Routing routing;
  private final List<Scope> scopes;
  private final long index;
  private final long untilMs;
  private final Patience patience;
  private final long waitMs;
  private final CompletableFuture<Listing> answer = new CompletableFuture<>();
  private Route sentTo; // guarded by this
  private Route known; // guarded by this; where the index means something
  private boolean turning; // guarded by this
  private long base; // guarded by this; what the index is at that provider

  SwappedPoll(
      Routing routing, List<Scope> scopes, long index, long waitMs, Consumer<SwappedPoll> over) {
    this.routing = routing;
    this.scopes = List.copyOf(scopes);
    this.index = index;
    this.base = index;
    this.waitMs = waitMs;
    this.untilMs = routing.loop().nowMs() + Math.max(0, waitMs);
    this.patience = new Patience(routing.loop(), untilMs);
    answer.whenComplete((found, problem) -> over.accept(this)); // also if its user gives it up
  }

  CompletionStage<Listing> answer() {
    return answer;
  }

  @Override
  public void again() {
    Route route = routing.route();
    if (answer.isDone()) {
      return;
    } else if (routing.isClosed()) {
      giveUp(Routing.closed());
      return;
    } else if (routing.isHeld()) {
      park();
      return;
    }
    long asked;
    synchronized (this) {
      if (turning) {
        return;
      }
      sentTo = route;
      known = route;
      asked = base;
    }
    long leftMs = Math.max(Math.min(0, waitMs), untilMs - routing.loop().nowMs());
    CompletionStage<Listing> stage;
    try {
      stage = route.at().poll(scopes, asked, leftMs);
    } catch (CoordinationException e) {
      giveUp(e);
      return;
    }
    stage.whenComplete((found, problem) -> told(route, asked, found, problem));
  }

  private void told(Route route, long asked, Listing found, Throwable problem) {
    synchronized (this) {
      if (sentTo != route || base != asked || answer.isDone()) {
        return;
      }
    }
    CoordinationException why = problem == null ? null : Routing.cause(problem);
    if (why != null && why.isSealed() && !routing.isClosed()) {
      patience.refused();
      parkUnsent();
    } else if (why != null && !Routing.isNews(why)) {
      giveUp(why);
    } else if (!routing.believes(route) && !routing.isClosed()) {
      parkUnsent();
    } else if (why != null) {
      giveUp(why);
    } else {
      complete(asked, found);
    }
  }

  private void parkUnsent() {
    synchronized (this) {
      sentTo = null;
    }
    park();
  }

  private void park() {
    patience.begin();
    routing.park(this);
  }

  private void complete(long asked, Listing found) {
    long shown = found.revision() == asked ? index : found.revision();
    answer.complete(new Listing(shown, found.entries(), found.more()));
  }

  /**
   * If nothing has changed where it was, it waits on where all has gone; else it is asked there anew, and
   * answered at once. Completes when the provider before is not needed any more.
   */
  CompletionStage<Void> turn(Turn turn) {
    long asked;
    synchronized (this) {
      if (known != turn.from() || base == 0 || answer.isDone()) {
        return CompletableFuture.completedFuture(null);
      }
      turning = true;
      sentTo = null;
      asked = base;
    }
    turn.from().use();
    return turn.from()
        .at()
        .poll(scopes, asked, 0)
        .handle(
            (found, problem) -> {
              turn.from().done();
              synchronized (this) {
                turning = false;
                base = problem == null && found.revision() == asked ? turn.begunAt() : base;
              }
              again();
              return null;
            });
  }

  @Override
  public void giveUp(CoordinationException why) {
    answer.completeExceptionally(why);
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
