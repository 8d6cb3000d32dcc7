package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * One request. What a seal has refused, and what a provider says that may not serve any more, is asked
 * anew; what may have been done is not.
 */
final class Ask<T> implements Routing.Parked {
  private final Routing routing;
  private final Function<Route, CompletionStage<T>> request;
  private final Predicate<T> sure;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private volatile CoordinationException refused;
  private final Patience patience;

  Ask(Routing routing, Function<Route, CompletionStage<T>> request, Predicate<T> sure) {
    this.routing = routing;
    this.request = request;
    this.sure = sure;
    this.patience = new Patience(routing.loop(), Long.MIN_VALUE);
  }

  CompletionStage<T> answer() {
    return answer;
  }

  @Override
  public void again() {
    if (routing.isClosed()) {
      giveUp(Routing.closed());
      return;
    }
    Route route = routing.route();
    if (routing.isHeld()) {
      park();
      return;
    }
    route.use();
    CompletionStage<T> stage;
    try {
      stage = request.apply(route);
    } catch (CoordinationException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete(
        (value, problem) -> {
          route.done();
          if (problem == null) {
            answered(route, value);
          } else {
            failed(route, Routing.cause(problem));
          }
        });
  }

  private void answered(Route route, T value) {
    if (sure.test(value) || routing.believes(route)) {
      answer.complete(value);
    } else {
      park();
    }
  }

  private void failed(Route route, CoordinationException why) {
    if (why.isSealed()) {
      refused = why;
      patience.refused();
      park();
    } else if (Routing.isNews(why) && !routing.believes(route) && !routing.isClosed()) {
      park();
    } else {
      answer.completeExceptionally(why);
    }
  }

  private void park() {
    patience.begin();
    routing.park(this);
  }

  @Override
  public void giveUp(CoordinationException why) {
    answer.completeExceptionally(refused != null && why.code() == Code.UNAVAILABLE ? refused : why);
  }

  @Override
  public long untilMs() {
    return patience.untilMs();
  }

  @Override
  public long notBeforeMs() {
    return patience.notBeforeMs();
  }

  /** A request that cannot go anywhere yet. */
  static <T> CompletionStage<T> notYet() {
    return CompletableFuture.failedFuture(CoordinationException.sealed("it is being swapped"));
  }

  /** For requests that change nothing. */
  static <T> Predicate<T> never() {
    return value -> false;
  }

  /** For requests that change something whenever they succeed. */
  static <T> Predicate<T> always() {
    return value -> true;
  }
}
