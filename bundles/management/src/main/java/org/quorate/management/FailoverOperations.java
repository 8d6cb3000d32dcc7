package org.quorate.management;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.failover.FailoverText;
import org.quorate.failover.Operators;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverDetail;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverLimits;

/** The failover registry on a coordinator, for people; of one in a group on any node. */
final class FailoverOperations {
  private static final Argument GROUP = CoordinatorCalls.GROUP;
  private static final Argument COORDINATOR = CoordinatorCalls.COORDINATOR;
  private static final Argument ROOT =
      Argument.text("root", Operators.ROOT, "the key below which the registry is");
  private static final Argument ID = Argument.required("id", "the commit id");
  private static final Argument FORCE =
      Argument.flag("force", "also while a node that lives works on it, which is fenced");

  private FailoverOperations() {}

  static List<Operation> all() {
    return List.of(
        show(),
        detail(),
        deleteForce(),
        retry(),
        nodes(),
        locks(),
        unlock(),
        events(),
        event(),
        repaired(),
        mode(),
        switchMode());
  }

  private static <T> CompletionStage<T> on(
      ManagedNode node, Arguments a, Function<Operators, CompletionStage<T>> request) {
    return CoordinatorCalls.on(
        node,
        a,
        c -> request.apply(new Operators(c, a.text("root"))),
        FailoverException.class,
        e -> explain(e, a.text("coordinator")));
  }

  static OperationException explain(FailoverException e, String coordinator) {
    FailureCode code =
        switch (e.code()) {
          case NOT_FOUND -> FailureCode.NOT_FOUND;
          case TOO_LARGE -> FailureCode.TOO_LARGE;
          case IN_USE, LOCKED, FENCED, BAD_STATE -> FailureCode.CONFLICT;
          case NO_QUORUM, CLOSED, NOT_REGISTERED, READ_ONLY, RECOVERY -> FailureCode.UNAVAILABLE;
          case INDETERMINATE -> FailureCode.INDETERMINATE;
          case INVALID -> FailureCode.BAD_REQUEST;
          case BROKEN -> FailureCode.INTERNAL;
        };
    String next =
        switch (e.code()) {
          case NOT_FOUND -> "failover show, locks and events list what there is";
          case IN_USE -> "wait until it ends; delete-force and retry take --force";
          case NO_QUORUM -> CoordinatorCalls.unserved(coordinator);
          case CLOSED -> CoordinatorCalls.CLOSING;
          case NOT_REGISTERED ->
              "try again: the node registers by itself; failover nodes shows who is";
          case READ_ONLY, RECOVERY -> "failover switch normal lets it begin";
          case LOCKED -> "failover locks shows which record has it";
          case FENCED, BAD_STATE -> "failover show tells how far it is, and whose";
          case INDETERMINATE -> "look with failover show before you repeat it";
          case BROKEN ->
              "put its operation right by hand before delete-force, of an event repaired, with"
                  + " --force";
          case INVALID, TOO_LARGE -> "correct the request";
        };
    return new OperationException(code, e.getMessage(), next, e);
  }

  private static long id(Arguments a) {
    try {
      return Long.parseUnsignedLong(a.text("id"));
    } catch (NumberFormatException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "'" + a.text("id") + "' is no commit id",
          "failover show lists them",
          e);
    }
  }

  private static Operation show() {
    return new Operation(
        "failover.show",
        "Lists operations that were begun and have not ended",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        FailoverListView.class,
        false,
        "",
        (node, a) ->
            on(node, a, Operators::list)
                .thenApply(
                    all ->
                        new FailoverListView(
                            all.records().stream().map(FailoverView::of).toList(),
                            all.unreadable(),
                            FailoverText.list(all, ZoneId.systemDefault()))));
  }

  private static Operation detail() {
    return new Operation(
        "failover.detail",
        "Shows a record with its content, or writes it to a file",
        Access.READ,
        List.of(ID, Argument.output("file", "a new file for it, as XML"), GROUP, COORDINATOR, ROOT),
        FailoverDetailView.class,
        false,
        "42",
        (node, a) -> on(node, a, o -> o.detail(id(a))).thenApply(FailoverOperations::view));
  }

  private static FailoverDetailView view(FailoverDetail detail) {
    Bytes content = detail.content();
    TextBytes text = TextBytes.fitting(content);
    return new FailoverDetailView(
        FailoverView.of(detail.record()),
        text.show(content),
        text == TextBytes.UTF8 ? null : "base64",
        FailoverText.xml(detail, ZoneId.systemDefault()));
  }

  private static Operation deleteForce() {
    return new Operation(
        "failover.delete-force",
        "Deletes a record with its locks, after its operation was put right by hand",
        Access.ADMIN,
        List.of(ID, FORCE, GROUP, COORDINATOR, ROOT),
        DoneView.class,
        false,
        "42",
        (node, a) ->
            on(node, a, o -> o.delete(id(a), a.flag("force")))
                .thenApply(ok -> new DoneView(true, "deleted with its locks")));
  }

  private static Operation retry() {
    return new Operation(
        "failover.retry",
        "Has a record that is parked or waits tried again at once",
        Access.ADMIN,
        List.of(ID, FORCE, GROUP, COORDINATOR, ROOT),
        DoneView.class,
        false,
        "42",
        (node, a) ->
            on(node, a, o -> o.retry(id(a), a.flag("force")))
                .thenApply(ok -> new DoneView(true, "it goes to the next node that is free")));
  }

  private static Operation nodes() {
    return new Operation(
        "failover.nodes",
        "Lists nodes that are registered, and what they take over",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        FailoverNodeView.class,
        true,
        "",
        (node, a) ->
            on(node, a, Operators::nodes)
                .thenApply(all -> all.stream().map(FailoverNodeView::of).toList()));
  }

  private static Operation locks() {
    return new Operation(
        "failover.locks",
        "Lists locks of the registry, and whether anybody works on the record that holds each",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        FailoverLockView.class,
        true,
        "",
        (node, a) ->
            on(node, a, Operators::locks)
                .thenApply(
                    all -> {
                      long now = System.currentTimeMillis();
                      return all.stream().map(l -> FailoverLockView.of(l, now)).toList();
                    }));
  }

  private static Operation unlock() {
    return new Operation(
        "failover.unlock",
        "Takes a lock from a record that nobody works on; what takes it over does without",
        Access.ADMIN,
        List.of(ID, Argument.required("lock", "name of the lock"), GROUP, COORDINATOR, ROOT),
        DoneView.class,
        false,
        "42 testdb/t1",
        (node, a) ->
            on(node, a, o -> o.unlock(id(a), a.text("lock")))
                .thenApply(ok -> new DoneView(true, "the lock is free")));
  }

  private static Operation events() {
    return new Operation(
        "failover.events",
        "Lists operations that have ended and left shards behind",
        Access.READ,
        List.of(
            Argument.text("type", null, "only of operations of this type, such as ddl"),
            Argument.number("limit", 16L, "how many at most, up to " + FailoverLimits.EVENTS),
            GROUP,
            COORDINATOR,
            ROOT),
        FailoverEventView.class,
        true,
        "--type ddl",
        (node, a) ->
            on(node, a, o -> o.listEvents(a.maybe("type").orElse(null), limit(a)))
                .thenApply(FailoverEventView::of));
  }

  private static int limit(Arguments a) {
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, a.number("limit")));
  }

  private static Operation event() {
    return new Operation(
        "failover.event",
        "Shows what an operation that has ended left to be put right",
        Access.READ,
        List.of(ID, GROUP, COORDINATOR, ROOT),
        FailoverEventView.class,
        false,
        "42",
        (node, a) -> on(node, a, o -> o.event(id(a))).thenApply(FailoverEventView::of));
  }

  private static Operation repaired() {
    return new Operation(
        "failover.repaired",
        "Notes that shards which an operation left behind have what the others have",
        Access.ADMIN,
        List.of(
            ID,
            Argument.text("shard", null, "only this one (default: all, and the event ends)"),
            Argument.flag("force", "an event that cannot be read ends, too"),
            GROUP,
            COORDINATOR,
            ROOT),
        DoneView.class,
        false,
        "42 --shard node1.n1",
        (node, a) ->
            on(node, a, o -> o.repaired(id(a), a.maybe("shard").orElse(null), a.flag("force")))
                .thenApply(FailoverOperations::left));
  }

  private static DoneView left(List<String> behind) {
    return new DoneView(
        true,
        behind.isEmpty() ? "the event has ended" : "still behind: " + String.join(", ", behind));
  }

  private static Operation mode() {
    return new Operation(
        "failover.mode",
        "Tells what the cluster may begin",
        Access.READ,
        List.of(GROUP, COORDINATOR, ROOT),
        ModeView.class,
        false,
        "",
        (node, a) -> on(node, a, Operators::mode).thenApply(FailoverOperations::view));
  }

  private static ModeView view(ClusterMode mode) {
    return new ModeView(mode.name().toLowerCase(Locale.ROOT));
  }

  private static Operation switchMode() {
    return new Operation(
        "failover.switch",
        "Changes what the cluster may begin: readonly lets writes wait, recovery refuses them",
        Access.ADMIN,
        List.of(
            Argument.required("mode", "the mode").oneOf("normal", "readonly", "recovery"),
            GROUP,
            COORDINATOR,
            ROOT),
        ModeView.class,
        false,
        "readonly",
        (node, a) -> {
          ClusterMode mode = ClusterMode.valueOf(a.text("mode").toUpperCase(Locale.ROOT));
          return on(node, a, o -> o.switchMode(mode)).thenApply(ok -> view(mode));
        });
  }
}
