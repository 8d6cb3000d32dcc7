package org.quorate.coordinator.swap;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** Those who use a coordinator in this process: they go where the record says. All on the loop. */
final class SwapUsers {
  /** How long listeners of watches are waited for. */
  private static final long LINGER_MS = 30_000;

  private static final long AGAIN_MS = 100;

  private final Function<String, CoordinatorPlace> places;
  private final String coordinator;
  private final String node;
  private final ServiceLoop loop;
  private final Set<SwapUser> users = new LinkedHashSet<>();

  SwapUsers(
      Function<String, CoordinatorPlace> places,
      String coordinator,
      String node,
      ServiceLoop loop) {
    this.places = places;
    this.coordinator = coordinator;
    this.node = node;
    this.loop = loop;
  }

  /**
   * One more, which is to go where the others are.
   *
   * @param now tells the record that the others go by, null if there is none or it is not known
   */
  void join(SwapUser user, Supplier<SwapRecord> now) {
    users.add(user);
    user.coordinator().whenShutdown(() -> loop.execute(() -> gone(user)));
    follow(user, now);
  }

  private void follow(SwapUser user, Supplier<SwapRecord> now) {
    SwapRecord record = now.get();
    if (record == null || !users.contains(user)) {
      return;
    }
    if (user.isBehind(record)) {
      user.coordinator().hold(); // until it has gone over
    }
    loop.then(
        act(record, List.of(user)),
        (done, problem) -> {
          if (problem != null) {
            loop.after(AGAIN_MS, () -> follow(user, now));
          }
        });
  }

  private void gone(SwapUser user) {
    user.end();
    users.remove(user);
  }

  /** What was prepared is not wanted. */
  void forget() {
    users.forEach(SwapUser::forget);
  }

  CoordinationException unknown(String place) {
    return new CoordinationException(
        Code.INVALID,
        "coordinator '"
            + coordinator
            + "' is at '"
            + place
            + "' by the record of its swaps, and none of that name is configured on node "
            + node);
  }

  /** Does what a record wants of this node; completes with an objection, "" for none. */
  CompletionStage<String> act(SwapRecord record) {
    return act(record, List.copyOf(users));
  }

  private CompletionStage<String> act(SwapRecord record, Collection<SwapUser> whom) {
    return caughtUp(record, whom).thenComposeAsync(done -> follow(record, whom), loop);
  }

  /** Who was away while others swapped goes where this swap begins, also if it is given up. */
  private CompletionStage<Void> caughtUp(SwapRecord record, Collection<SwapUser> whom) {
    List<SwapUser> behind =
        record.phase().isSwitched()
            ? List.of() // they turn
            : whom.stream().filter(user -> user.isBehind(record)).toList();
    CoordinatorPlace source = behind.isEmpty() ? null : places.apply(record.from());
    if (!behind.isEmpty() && source == null) {
      return CompletableFuture.failedFuture(unknown(record.from()));
    }
    return lingering(behind.stream().map(user -> user.catchUp(record, source)));
  }

  private CompletionStage<String> follow(SwapRecord record, Collection<SwapUser> whom) {
    return switch (record.phase()) {
      case PLANNED -> {
        whom.forEach(SwapUser::resume); // of one before that was given up
        yield CompletableFuture.completedFuture("");
      }
      case WARMING -> {
        whom.forEach(SwapUser::resume);
        yield prepare(record, whom);
      }
      case SEALED, TAKEN, ABORTING -> {
        whom.forEach(SwapUser::hold);
        yield CompletableFuture.completedFuture("");
      }
      case SWITCHED, RETIRED -> turn(record, whom);
      case ABORTED -> {
        whom.forEach(SwapUser::forget);
        whom.forEach(SwapUser::resume);
        yield CompletableFuture.completedFuture("");
      }
    };
  }

  private CompletionStage<String> prepare(SwapRecord record, Collection<SwapUser> whom) {
    CoordinatorPlace target = places.apply(record.to());
    if (target == null) {
      return CompletableFuture.completedFuture(
          "no coordinator '" + record.to() + "' is configured there");
    }
    return all(whom.stream().map(user -> user.prepare(record, target)))
        .handle((all, problem) -> problem == null ? "" : Routing.cause(problem).getMessage());
  }

  private CompletionStage<String> turn(SwapRecord record, Collection<SwapUser> whom) {
    CoordinatorPlace target = places.apply(record.to());
    return target == null
        ? CompletableFuture.failedFuture(unknown(record.to()))
        : lingering(whom.stream().map(user -> user.turn(record, target))).thenApply(all -> "");
  }

  private static CompletableFuture<Void> lingering(Stream<? extends CompletionStage<?>> stages) {
    return all(stages).completeOnTimeout(null, LINGER_MS, TimeUnit.MILLISECONDS);
  }

  private static CompletableFuture<Void> all(Stream<? extends CompletionStage<?>> stages) {
    return CompletableFuture.allOf(
        stages.map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new));
  }
}
