package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.operations.Operators;

/** Operations of all nodes of a service on a coordinator, for people. */
final class OpOperations {
  private static final Argument GROUP = CoordinatorCalls.GROUP;
  private static final Argument COORDINATOR = CoordinatorCalls.COORDINATOR;
  private static final Argument ROOT =
      Argument.text("root", Operators.ROOT, "the key below which the service is");
  private static final Argument ID = Argument.required("id", "number of the operation");

  private OpOperations() {}

  static List<Operation> all() {
    return List.of(list(), show(), resolve(), online(), remove());
  }

  private static <T> CompletionStage<T> on(
      ManagedNode node, Arguments a, Function<Operators, CompletionStage<T>> request) {
    return CoordinatorCalls.on(
        node,
        a,
        c -> request.apply(new Operators(c, a.text("root"))),
        org.quorate.spi.operations.OperationException.class,
        e -> explain(e, a.text("coordinator")));
  }

  static OperationException explain(
      org.quorate.spi.operations.OperationException e, String coordinator) {
    FailureCode code =
        switch (e.code()) {
          case NOT_FOUND -> FailureCode.NOT_FOUND;
          case TOO_LARGE -> FailureCode.TOO_LARGE;
          case LOCKED, DECIDED -> FailureCode.CONFLICT;
          case UNAVAILABLE, CLOSED, NOT_ONLINE -> FailureCode.UNAVAILABLE;
          case INDETERMINATE -> FailureCode.INDETERMINATE;
          case INVALID -> FailureCode.BAD_REQUEST;
          case BROKEN -> FailureCode.INTERNAL;
        };
    String next =
        switch (e.code()) {
          case NOT_FOUND -> "op list and online list show what there is";
          case DECIDED -> "op show tells its outcome; --force ends one that goes on";
          case BROKEN -> "op list shows its key; op resolve with --force discards it";
          case UNAVAILABLE -> CoordinatorCalls.unserved(coordinator);
          case CLOSED -> CoordinatorCalls.CLOSING;
          case NOT_ONLINE -> "online list shows who is; a node comes back by itself";
          case LOCKED -> "lock list shows who holds it, op list what is under way";
          case INDETERMINATE -> "look with op list before you repeat it";
          case INVALID, TOO_LARGE -> "correct the request";
        };
    return new OperationException(code, e.getMessage(), next, e);
  }

  private static long id(Arguments a) {
    try {
      return Long.parseLong(a.text("id"));
    } catch (NumberFormatException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "'" + a.text("id") + "' is no number of an operation",
          "op list shows them",
          e);
    }
  }

  private static Operation list() {
    return new Operation(
        "op.list",
        "Lists operations of a service that are under way, and who is awaited",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        OpView.class,
        true,
        "",
        (node, a) ->
            on(node, a, Operators::operations)
                .thenApply(all -> all.stream().map(OpView::of).toList()));
  }

  private static Operation show() {
    return new Operation(
        "op.show",
        "Shows an operation that is under way, or one of the last hundred",
        Access.READ,
        List.of(ID, GROUP, COORDINATOR, ROOT),
        OpDetailView.class,
        false,
        "42",
        (node, a) -> on(node, a, o -> o.operation(id(a))).thenApply(OpDetailView::of));
  }

  private static Operation resolve() {
    return new Operation(
        "op.resolve",
        "Has an operation aborted that is not decided",
        Access.ADMIN,
        List.of(
            ID,
            Argument.required("reason", "why"),
            Argument.text("by", "operator", "who says so"),
            Argument.flag(
                "force", "ends it at once, decided or not: who has not completed goes offline"),
            GROUP,
            COORDINATOR,
            ROOT),
        OpDetailView.class,
        false,
        "42 \"n2 hangs\"",
        (node, a) ->
            on(node, a, o -> o.resolve(id(a), a.text("by"), a.text("reason"), a.flag("force")))
                .thenApply(OpDetailView::of));
  }

  private static Operation online() {
    return new Operation(
        "online.list",
        "Lists nodes of a service that are online",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        OnlineView.class,
        true,
        "",
        (node, a) ->
            on(node, a, Operators::nodes)
                .thenApply(all -> all.stream().map(OnlineView::of).toList()));
  }

  private static Operation remove() {
    return new Operation(
        "online.remove",
        "Has a node of a service go offline, so that nothing waits for it; it comes back when it is"
            + " well",
        Access.ADMIN,
        List.of(Argument.required("member", "name of the node"), GROUP, COORDINATOR, ROOT),
        DoneView.class,
        false,
        "n2",
        (node, a) ->
            on(node, a, o -> o.remove(a.text("member")))
                .thenApply(
                    ok ->
                        new DoneView(
                            true, "it is offline when it has stopped, or its lease ends")));
  }
}
