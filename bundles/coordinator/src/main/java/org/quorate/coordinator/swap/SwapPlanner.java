package org.quorate.coordinator.swap;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Standing;

/** Looks whether a swap is possible, on one node. */
final class SwapPlanner {
  private final Function<String, CoordinatorPlace> places;
  private final String node;

  SwapPlanner(Function<String, CoordinatorPlace> places, String node) {
    this.places = places;
    this.node = node;
  }

  CompletionStage<SwapPlan> plan(SwapRecord record, Set<String> nodes) {
    return with(
            record.from(),
            record.fromEpoch(),
            from ->
                with(
                    record.to(),
                    record.toEpoch(),
                    to ->
                        from.inventory()
                            .thenCombine(
                                objections(record, from, to),
                                (kept, objections) ->
                                    new SwapPlan(
                                        record.from(),
                                        record.to(),
                                        nodes,
                                        kept.keys().size(),
                                        kept.sessions().size(),
                                        kept.locks().size(),
                                        lost(from, to),
                                        objections))))
        .exceptionally(
            problem ->
                new SwapPlan(
                    record.from(),
                    record.to(),
                    nodes,
                    0,
                    0,
                    0,
                    Set.of(),
                    List.of(Routing.cause(problem).getMessage())));
  }

  /** Fails if the target cannot have all: it lacks something, or something is kept there. */
  static CompletionStage<Void> check(SwapRecord record, Movable from, Movable to) {
    Set<Capability> lost = lost(from, to);
    if (!lost.isEmpty() && !record.acceptLoss()) {
      return CompletableFuture.failedFuture(
          new CoordinationException(
              Code.UNSUPPORTED, "'" + record.to() + "' lacks " + lost + ", which users may need"));
    }
    return objections(record, from, to)
        .thenAccept(
            objections -> {
              if (!objections.isEmpty()) {
                throw new CoordinationException(Code.INVALID, objections.get(0));
              }
            });
  }

  /** What the target lacks. */
  private static Set<Capability> lost(Coordinator from, Coordinator to) {
    Set<Capability> lost = EnumSet.noneOf(Capability.class);
    lost.addAll(from.capabilities());
    lost.removeAll(to.capabilities());
    return lost;
  }

  private static CompletionStage<List<String>> objections(
      SwapRecord record, Movable from, Movable to) {
    return from.standing()
        .thenCompose(
            at ->
                at.left()
                    ? CompletableFuture.completedFuture(
                        List.of(elsewhere(record.from(), at).getMessage()))
                    : objections(record, to));
  }

  /** What a swap left that was given up is dropped before. */
  private static CompletionStage<List<String>> objections(SwapRecord record, Movable to) {
    return record.isCopying()
        ? CompletableFuture.completedFuture(List.of())
        : to.inventory()
            .thenApply(kept -> kept.isEmpty() ? List.of() : List.of(notEmpty(record.to(), kept)));
  }

  /** Of a place that has all by the record, and not by what it says itself. */
  static CoordinationException elsewhere(String place, Standing at) {
    return new CoordinationException(
        Code.INVALID,
        "by the record of its swaps all is at '"
            + place
            + "', which says of itself: "
            + at.sealed()
            + "; the record is older than that, or was lost: nothing is opened or emptied by it");
  }

  private static String notEmpty(String target, Inventory kept) {
    return "something is kept at '"
        + target
        + "' already: "
        + kept.keys().size()
        + " keys, "
        + kept.sessions().size()
        + " sessions, "
        + kept.locks().size()
        + " locks";
  }

  private <T> CompletionStage<T> with(
      String name, long epoch, Function<Movable, CompletionStage<T>> work) {
    CoordinatorPlace place = places.apply(name);
    if (place == null) {
      return CompletableFuture.failedFuture(SwapPlaces.unknown(name, node));
    }
    return place
        .open("swap plan", epoch)
        .thenCompose(
            opened -> asked(name, opened, work).whenComplete((done, problem) -> opened.shutdown()));
  }

  private static <T> CompletionStage<T> asked(
      String name, Coordinator opened, Function<Movable, CompletionStage<T>> work) {
    return opened instanceof Movable movable
        ? work.apply(movable)
        : CompletableFuture.failedFuture(
            new CoordinationException(
                Code.UNSUPPORTED, "the provider of '" + name + "' cannot be swapped"));
  }
}
