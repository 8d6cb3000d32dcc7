package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.StorageSpec;
import org.quorate.runtime.api.StorageStatus;

/** Operations that move the replicas of a live group to other storages. */
final class StorageOperations {
  private static final Argument GROUP = Argument.required("group", "the group's name");
  private static final long TIMEOUT_MS = 600_000;

  private StorageOperations() {}

  static List<Operation> all() {
    return List.of(storage(), storages());
  }

  private static Operation storage() {
    return new Operation(
        "group.storage",
        "Moves replicas of a group that serves to other storages",
        Access.ADMIN,
        List.of(
            GROUP,
            Argument.required("target", "log and state storage as journal+mapdb, or one name"),
            Argument.text("node", null, "whose replica moves"),
            Argument.flag("rolling", "those of all members move, one after the other"),
            Argument.flag("dryRun", "only ask whether they can"),
            Argument.flag("wait", "answer when they have moved, or one could not"),
            Argument.number(
                "timeout", TIMEOUT_MS, "milliseconds for each until its move is given up")),
        StorageView.class,
        true,
        "default mapdb --rolling --wait",
        StorageOperations::move);
  }

  private static CompletionStage<?> move(ManagedNode node, Arguments a) {
    String member = a.maybe("node").orElse(null);
    if (member == null != a.flag("rolling")) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "which replicas are to move?",
          "say either --node NAME or --rolling for all of them");
    }
    NodeControl control = node.control();
    StorageSpec spec =
        new StorageSpec(
            ManagedNode.groupId(a.text("group")),
            a.text("target"),
            member == null ? null : NodeId.of(member),
            a.number("timeout"));
    CompletionStage<List<StorageStatus>> plan = stage(() -> control.planStorage(spec));
    if (a.flag("dryRun")) {
      return views(plan.thenApply(StorageOperations::possible));
    }
    if (a.flag("wait")) {
      return views(stage(() -> control.moveStorage(spec)));
    }
    return views(
        plan.thenApply(StorageOperations::possible)
            .thenApply(
                all -> {
                  control.moveStorage(spec);
                  return all;
                }));
  }

  private static CompletionStage<List<StorageView>> views(
      CompletionStage<List<StorageStatus>> all) {
    return ManagedNode.explained(all.thenApply(s -> s.stream().map(StorageView::of).toList()));
  }

  private static List<StorageStatus> possible(List<StorageStatus> plan) {
    List<String> refused =
        plan.stream()
            .filter(s -> s.phase().equals("refused"))
            .map(s -> "node '" + s.node() + "': " + s.why())
            .toList();
    if (!refused.isEmpty()) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          String.join("; ", refused),
          "nothing was changed; put it right and ask again");
    }
    return plan;
  }

  /** What is wrong at once fails as what is wrong later. */
  private static <T> CompletionStage<T> stage(Supplier<CompletionStage<T>> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static Operation storages() {
    return new Operation(
        "group.storages",
        "Shows where every member keeps its replica, and its last move",
        Access.READ,
        List.of(GROUP),
        StorageView.class,
        true,
        "default",
        (node, a) ->
            views(stage(() -> node.control().storages(ManagedNode.groupId(a.text("group"))))));
  }
}
