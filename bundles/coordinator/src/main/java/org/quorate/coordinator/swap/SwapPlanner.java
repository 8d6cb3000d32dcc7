package org.quorate.coordinator.swap;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.Movable;

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
                                to.inventory(),
                                (kept, there) ->
                                    new SwapPlan(
                                        record.from(),
                                        record.to(),
                                        nodes,
                                        kept.keys().size(),
                                        kept.sessions().size(),
                                        kept.locks().size(),
                                        SwapDriver.lost(from, to),
                                        there.isEmpty()
                                            ? List.of()
                                            : List.of(
                                                SwapDriver.notEmpty(record.to(), there)
                                                    .getMessage())))))
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

  private <T> CompletionStage<T> with(
      String name, long epoch, Function<Movable, CompletionStage<T>> work) {
    CoordinatorPlace place = places.apply(name);
    if (place == null) {
      return CompletableFuture.failedFuture(
          new CoordinationException(
              Code.INVALID, "no coordinator '" + name + "' is configured on node " + node));
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
