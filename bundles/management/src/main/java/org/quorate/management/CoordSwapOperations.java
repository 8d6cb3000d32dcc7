package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapPlan;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.coordination.CoordinationException;

/** Operations that swap the provider of a coordinator while it is used. */
final class CoordSwapOperations {
  private static final long TIMEOUT_MS = 120_000;
  private static final long LOOK_MS = 50;

  private CoordSwapOperations() {}

  static List<Operation> all() {
    return List.of(swap(), swaps());
  }

  private static Operation swap() {
    return new Operation(
        "coord.swap",
        "Lets a coordinator that is used go on with the provider of another one",
        Access.ADMIN,
        List.of(
            Argument.required("coordinator", "whose keys, sessions and locks are to move"),
            Argument.required("to", "the place to go on at: a name that coord providers lists"),
            Argument.flag("dryRun", "only look what it would find"),
            Argument.flag("acceptLoss", "go on though the target lacks capabilities"),
            Argument.flag("wait", "answer when the target serves or the swap was given up"),
            Argument.text("by", "an operator", "who wants it"),
            Argument.number("timeout", TIMEOUT_MS, "milliseconds to wait for")),
        CoordSwapView.class,
        false,
        "native:default zk --wait",
        (node, a) -> explained(() -> swap(node.coordinators().swaps(), a.text("coordinator"), a)));
  }

  private static CompletionStage<CoordSwapView> explained(
      java.util.function.Supplier<CompletionStage<CoordSwapView>> work) {
    CompletionStage<CoordSwapView> stage;
    try {
      stage = work.get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedStage(e);
    }
    return stage.exceptionallyCompose(t -> CompletableFuture.failedStage(explain(t)));
  }

  private static Throwable explain(Throwable thrown) {
    Throwable t = OperationException.cause(thrown);
    return t instanceof CoordinationException e ? CoordOperations.explain(e, "native") : t;
  }

  private static CompletionStage<CoordSwapView> swap(
      CoordinatorSwaps swaps, String name, Arguments a) {
    String to = a.text("to");
    return swaps
        .last(name)
        .thenCompose(
            last -> {
              if (last != null && !last.phase().isOver()) {
                throw underWay(name, last);
              }
              return swaps.plan(name, to);
            })
        .thenCompose(
            plan -> {
              possible(plan, a.flag("acceptLoss") || a.flag("dryRun"));
              if (a.flag("dryRun")) {
                return CompletableFuture.completedFuture(CoordSwapView.of(name, plan));
              }
              return swaps
                  .swap(name, to, a.flag("acceptLoss"), a.text("by"))
                  .thenCompose(
                      begun ->
                          a.flag("wait")
                              ? over(swaps, name, begun, nowMs() + a.number("timeout"))
                              : CompletableFuture.completedFuture(begun))
                  .thenApply(last -> CoordSwapView.of(name, last));
            });
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private static OperationException underWay(String name, SwapRecord last) {
    return new OperationException(
        FailureCode.CONFLICT,
        "swap " + last.number() + " of '" + name + "' to '" + last.to() + "' is under way",
        "coord swaps shows how far it is; it goes on by itself");
  }

  private static void possible(SwapPlan plan, boolean acceptLoss) {
    if (!plan.possible()) {
      throw new OperationException(
          FailureCode.CONFLICT,
          String.join("; ", plan.objections()),
          "nothing was changed; put it right and ask again");
    }
    if (!plan.lost().isEmpty() && !acceptLoss) {
      throw new OperationException(
          FailureCode.UNSUPPORTED,
          "'" + plan.to() + "' lacks " + plan.lost() + ", which users may need",
          "nothing was changed; with --accept-loss it is done all the same");
    }
  }

  private static CompletionStage<SwapRecord> over(
      CoordinatorSwaps swaps, String name, SwapRecord begun, long untilMs) {
    return swaps
        .last(name)
        .thenCompose(
            last -> {
              if (last.number() != begun.number()) {
                throw new OperationException(
                    FailureCode.INDETERMINATE,
                    "swap " + begun.number() + " is over, and swap " + last.number() + " was begun",
                    "coord swaps shows which place serves");
              } else if (last.phase() == SwapPhase.RETIRED) {
                return CompletableFuture.completedFuture(last);
              } else if (last.phase() == SwapPhase.ABORTED) {
                throw new OperationException(
                    FailureCode.UNAVAILABLE,
                    "swap " + last.number() + " to '" + last.to() + "' was given up: " + last.why(),
                    "'" + last.from() + "' serves on; put it right and ask again");
              } else if (nowMs() >= untilMs) {
                throw new OperationException(
                    FailureCode.INDETERMINATE,
                    "swap " + last.number() + " is " + last.phase() + " yet",
                    "coord swaps shows how far it is; it goes on by itself");
              }
              return CompletableFuture.supplyAsync(
                      () -> last, CompletableFuture.delayedExecutor(LOOK_MS, TimeUnit.MILLISECONDS))
                  .thenCompose(later -> over(swaps, name, begun, untilMs));
            });
  }

  private static Operation swaps() {
    return new Operation(
        "coord.swaps",
        "Lists the last swap of each coordinator, how far it is, and where each is now",
        Access.READ,
        List.of(),
        CoordSwapView.class,
        true,
        "",
        (node, a) -> {
          CoordinatorSwaps swaps = node.coordinators().swaps();
          return list(swaps, new ArrayList<>(swaps.names()), new ArrayList<>());
        });
  }

  private static CompletionStage<List<CoordSwapView>> list(
      CoordinatorSwaps swaps, List<String> names, List<CoordSwapView> found) {
    if (names.isEmpty()) {
      return CompletableFuture.completedFuture(found);
    }
    String name = names.remove(0);
    return swaps
        .last(name)
        .exceptionallyCompose(t -> CompletableFuture.failedStage(explain(t)))
        .thenCompose(
            last -> {
              if (last != null) {
                found.add(CoordSwapView.of(name, last));
              }
              return list(swaps, names, found);
            });
  }
}
