package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.spi.coordination.Coordinator;

/** The coordinators that a node offers its bundles. Thread-safe; never blocks. */
public interface CoordinatorServices {
  /** None, as outside of a framework. */
  CoordinatorServices NONE =
      new CoordinatorServices() {
        @Override
        public List<CoordinatorView> list() {
          return List.of();
        }

        @Override
        public <T> CompletionStage<T> with(
            String name, Function<Coordinator, CompletionStage<T>> request) {
          return CompletableFuture.failedStage(unknown(name));
        }

        @Override
        public CoordinatorSwaps swaps() {
          throw new OperationException(
              FailureCode.UNSUPPORTED,
              "no coordinators are offered here",
              "swap them on a node that runs in its framework");
        }
      };

  /** All that are there, by name. */
  List<CoordinatorView> list();

  /**
   * Uses one until the stage of the request is complete; fails with NOT_FOUND if there is none of this name.
   */
  <T> CompletionStage<T> with(String name, Function<Coordinator, CompletionStage<T>> request);

  /** Their swaps. */
  CoordinatorSwaps swaps();

  /** What is told who names one that is not there. */
  static OperationException unknown(String name) {
    return new OperationException(
        FailureCode.NOT_FOUND,
        "no coordinator '" + name + "' on this node",
        "coord providers lists them; docs/coordination.md tells how one is configured");
  }
}
