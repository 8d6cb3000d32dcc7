package org.quorate.management;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.Coordinator;

/** Which coordinator an operation is about. */
final class CoordinatorCalls {
  static final Argument GROUP = Argument.text("group", "default", "the group of a native one");
  static final Argument COORDINATOR =
      Argument.text(
          "coordinator", "native", "native: that of the group; or one that coord providers lists");

  /** What to do about one that closes. */
  static final String CLOSING =
      "try again: the node stops, or its coordinator is being opened anew";

  private CoordinatorCalls() {}

  /**
   * What to do about one that is not served.
   *
   * @param coordinator as the caller named it
   */
  static String unserved(String coordinator) {
    return coordinator.startsWith("native")
        ? "try again; group why tells what is missing"
        : "try again; coord providers tells whether '" + coordinator + "' is there";
  }

  /**
   * Asks it; on a group it may be asked on any node.
   *
   * @param refusal what the one that is asked fails with, and {@code told} what that is to people
   */
  static <T, E extends Exception> CompletionStage<T> on(
      ManagedNode node,
      Arguments a,
      Function<Coordinator, CompletionStage<T>> request,
      Class<E> refusal,
      Function<E, OperationException> told) {
    return asked(node, a, request)
        .exceptionallyCompose(
            thrown -> {
              Throwable t = OperationException.cause(thrown);
              return CompletableFuture.failedStage(
                  refusal.isInstance(t) ? told.apply(refusal.cast(t)) : t);
            });
  }

  private static <T> CompletionStage<T> asked(
      ManagedNode node, Arguments a, Function<Coordinator, CompletionStage<T>> request) {
    try {
      String name = a.text("coordinator");
      if (!name.equals("native") && !name.startsWith("native:")) {
        return node.coordinators().with(name, request);
      }
      String group = name.equals("native") ? a.text("group") : name.substring("native:".length());
      String offered = "native:" + group;
      if (node.coordinators().list().stream().anyMatch(view -> offered.equals(view.name()))) {
        return node.coordinators().with(offered, request); // wherever it is by now
      }
      NodeGroup access = new NodeGroup(node.control(), ManagedNode.groupId(group));
      Coordinator coordinator =
          new KvCoordinator(access, "management", 1, () -> CompletableFuture.completedFuture(null));
      return request.apply(coordinator).exceptionallyCompose(access::unknownOr);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
