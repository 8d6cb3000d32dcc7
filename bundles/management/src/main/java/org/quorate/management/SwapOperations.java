package org.quorate.management;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.api.GroupId;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.runtime.api.SwapStatus;
import org.quorate.spi.consensus.Role;

/** Operations that swap the strategy of a live group. */
final class SwapOperations {
  private static final Argument GROUP = Argument.required("group", "the group's name");
  private static final long TIMEOUT_MS = 30_000;
  private static final long WAIT_LONGER_MS = 10_000;

  private SwapOperations() {}

  static List<Operation> all() {
    return List.of(swap(), swaps(), abort());
  }

  private static Operation swap() {
    return new Operation(
        "group.swap",
        "Lets a group that serves go on with another strategy",
        Access.ADMIN,
        List.of(
            GROUP,
            Argument.required("strategy", "the consensus strategy to go on with"),
            Argument.list("options", "its parameters as name=value"),
            Argument.list("roles", "what members become whose role it lacks: learner=voter"),
            Argument.flag("dryRun", "only ask every member whether it can take part"),
            Argument.flag("wait", "answer when the strategy has taken over or was given up"),
            Argument.number(
                "timeout",
                TIMEOUT_MS,
                "milliseconds until a strategy that decides nothing is given up")),
        SwapView.class,
        false,
        "default certify --wait",
        SwapOperations::swap);
  }

  private static CompletionStage<?> swap(ManagedNode node, Arguments a) {
    NodeControl control = node.control();
    long timeoutMs = a.number("timeout");
    SwapSpec spec =
        new SwapSpec(
            ManagedNode.groupId(a.text("group")),
            a.text("strategy"),
            GroupOperations.options(a.list("options")),
            roles(a.list("roles")),
            timeoutMs);
    if (a.flag("dryRun")) {
      return ManagedNode.explained(stage(() -> control.planSwap(spec)))
          .thenApply(SwapOperations::possible);
    }
    CompletionStage<SwapView> swapped =
        stage(() -> control.swap(spec))
            .thenCompose(
                id ->
                    a.flag("wait")
                        ? ended(control, spec.group(), id, timeoutMs)
                        : begun(control, spec.group(), id));
    return ManagedNode.explained(swapped);
  }

  /** What is wrong at once fails as what is wrong later. */
  private static <T> CompletionStage<T> stage(
      java.util.function.Supplier<CompletionStage<T>> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static SwapView possible(SwapPlan plan) {
    if (!plan.possible()) {
      throw new OperationException(
          ManagedNode.code(plan.refusal()),
          String.join("; ", plan.objections()),
          "nothing was changed; put it right and ask again");
    }
    return SwapView.of(plan);
  }

  private static CompletionStage<SwapView> ended(
      NodeControl control, GroupId group, long id, long timeoutMs) {
    return control
        .swapped(group, id)
        .toCompletableFuture()
        .orTimeout(timeoutMs + WAIT_LONGER_MS, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            late ->
                CompletableFuture.failedStage(
                    new OperationException(
                        FailureCode.INDETERMINATE,
                        "swap " + id + " has not ended as far as this node knows",
                        "group swaps shows how far it is")))
        .thenApply(SwapOperations::notAborted);
  }

  private static SwapView notAborted(SwapStatus status) {
    if (status.phase().equals("aborted")) {
      throw new OperationException(
          FailureCode.UNAVAILABLE,
          "swap " + status.id() + " to '" + status.to() + "' was given up: " + status.why(),
          "the group goes on with '" + status.from() + "'; group why tells what is missing");
    }
    return SwapView.of(status);
  }

  private static CompletionStage<SwapView> begun(NodeControl control, GroupId group, long id) {
    return control
        .swaps(group)
        .thenApply(
            all ->
                all.stream()
                    .filter(s -> s.id() == id)
                    .findFirst()
                    .map(SwapView::of)
                    .orElseGet(
                        () ->
                            new SwapView(
                                id, null, null, "planned", null, null, null, null, null, null,
                                List.of())));
  }

  private static Map<Role, Role> roles(List<String> pairs) {
    Map<Role, Role> roles = new EnumMap<>(Role.class);
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw unknownRole(pair);
      }
      roles.put(role(pair.substring(0, equals)), role(pair.substring(equals + 1)));
    }
    return roles;
  }

  private static Role role(String name) {
    try {
      return Role.valueOf(name.trim().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw unknownRole(name);
    }
  }

  private static OperationException unknownRole(String text) {
    return new OperationException(
        FailureCode.BAD_REQUEST,
        "'" + text + "' is no role or pair of roles",
        "write it as learner=voter; roles are voter, learner, witness, shadow");
  }

  private static Operation swaps() {
    return new Operation(
        "group.swaps",
        "Lists the swaps of a group: how far they are, how long they took, why they were given up",
        Access.READ,
        List.of(GROUP),
        SwapView.class,
        true,
        "default",
        (node, a) ->
            ManagedNode.explained(
                stage(() -> node.control().swaps(ManagedNode.groupId(a.text("group"))))
                    .thenApply(all -> all.stream().map(SwapView::of).toList())));
  }

  private static Operation abort() {
    return new Operation(
        "group.abort",
        "Gives the swap of a group up that is under way, unless it is sealed already",
        Access.ADMIN,
        List.of(GROUP),
        DoneView.class,
        false,
        "default",
        (node, a) ->
            ManagedNode.explained(
                stage(() -> node.control().abortSwap(ManagedNode.groupId(a.text("group"))))
                    .thenApply(v -> new DoneView(true, "the swap is given up"))));
  }
}
