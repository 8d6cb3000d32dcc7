package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;

/**
 * Keys, locks and sessions of a coordinator, for people; of one in a group on any node. As with the
 * operations on keys, a write whose fate is unknown is reported as INDETERMINATE and not repeated.
 */
final class CoordOperations {
  private static final Argument GROUP = CoordinatorCalls.GROUP;
  private static final Argument COORDINATOR = CoordinatorCalls.COORDINATOR;
  private static final Argument KEY = Argument.required("key", "names with / between them");
  private static final Argument LOCK = Argument.required("lock", "the lock's name");
  private static final Argument PATH = Argument.text("path", "", "only what is below this path");
  private static final Argument LIMIT = Argument.number("limit", 1000L, "most entries");

  private CoordOperations() {}

  static List<Operation> all() {
    return List.of(
        get(),
        put(),
        delete(),
        list(),
        tree(),
        providers(),
        locks(),
        lock(),
        release(),
        releases(),
        sessions(),
        endSession());
  }

  private static <T> CompletionStage<T> on(
      ManagedNode node, Arguments a, Function<Coordinator, CompletionStage<T>> request) {
    String coordinator = a.text("coordinator");
    return CoordinatorCalls.on(
        node, a, request, CoordinationException.class, e -> explain(e, coordinator));
  }

  /**
   * What a coordinator refused, with what to do next.
   *
   * @param coordinator as the caller named it
   */
  static OperationException explain(CoordinationException e, String coordinator) {
    FailureCode code =
        switch (e.code()) {
          case INVALID -> FailureCode.BAD_REQUEST;
          case TOO_LARGE -> FailureCode.TOO_LARGE;
          case UNSUPPORTED -> FailureCode.UNSUPPORTED;
          case SESSION_EXPIRED, COMPACTED -> FailureCode.NOT_FOUND;
          case LOCK_LOST -> FailureCode.CONFLICT;
          case OVERLOADED -> FailureCode.OVERLOADED;
          case UNAVAILABLE, CLOSED -> FailureCode.UNAVAILABLE;
          case INDETERMINATE -> FailureCode.INDETERMINATE;
          case FORBIDDEN -> FailureCode.FORBIDDEN;
          case BROKEN -> FailureCode.INTERNAL;
        };
    String next =
        switch (e.code()) {
          case UNAVAILABLE -> CoordinatorCalls.unserved(coordinator);
          case OVERLOADED -> "try again later, or with less at once";
          case INDETERMINATE -> "read before you repeat it";
          case BROKEN -> "see whether something else writes where the coordinator keeps its keys";
          case CLOSED -> CoordinatorCalls.CLOSING;
          case SESSION_EXPIRED -> "session list shows those that live";
          case LOCK_LOST -> "lock show tells who holds it now";
          case COMPACTED -> "list again and go on from there";
          case FORBIDDEN -> "ask with a token of a role that may do this";
          case UNSUPPORTED -> "use a provider that can; coord providers lists them";
          default -> "correct the request";
        };
    return new OperationException(code, e.getMessage(), next, e);
  }

  private static OperationException absent(String what) {
    return new OperationException(
        FailureCode.NOT_FOUND, what, "coord list and lock list show what there is");
  }

  private static Operation get() {
    return new Operation(
        "coord.get",
        "Reads a key of the coordinator",
        Access.READ,
        List.of(KEY, GROUP, COORDINATOR),
        CoordEntryView.class,
        false,
        "app/leader",
        (node, a) ->
            on(node, a, c -> c.get(a.text("key")))
                .thenApply(
                    entry -> {
                      if (entry == null) {
                        throw absent("no key '" + a.text("key") + "'");
                      }
                      return CoordEntryView.of(entry);
                    }));
  }

  private static Operation put() {
    return new Operation(
        "coord.put",
        "Sets a key of the coordinator, without an owner",
        Access.WRITE,
        List.of(KEY, Argument.required("value", "the value"), GROUP, COORDINATOR),
        DoneView.class,
        false,
        "app/mode readonly",
        (node, a) ->
            on(node, a, c -> c.put(a.text("key"), Bytes.utf8(a.text("value"))))
                .thenApply(revision -> new DoneView(true, "revision " + revision)));
  }

  private static Operation delete() {
    return new Operation(
        "coord.delete",
        "Deletes a key of the coordinator, with --tree also all keys below it",
        Access.WRITE,
        List.of(KEY, GROUP, COORDINATOR, Argument.flag("tree", "also all keys below it")),
        DoneView.class,
        false,
        "app/mode",
        (node, a) -> {
          List<Op> ops = new ArrayList<>();
          return on(
                  node,
                  a,
                  c -> {
                    if (a.flag("tree")) {
                      ops.add(new Op.DeleteTree(a.text("key")));
                    }
                    ops.add(new Op.Delete(a.text("key")));
                    return c.transact(new Transaction(List.of(), ops));
                  })
              .thenApply(
                  done -> {
                    long count = done.effects().stream().mapToLong(e -> e.count()).sum();
                    return new DoneView(count > 0, count + " deleted");
                  });
        });
  }

  private static Operation list() {
    return new Operation(
        "coord.list",
        "Lists the names directly below a path",
        Access.READ,
        List.of(
            PATH,
            GROUP,
            COORDINATOR,
            Argument.text("after", "", "only names behind this one"),
            LIMIT),
        CoordNamesView.class,
        false,
        "--path app",
        (node, a) ->
            on(node, a, c -> c.children(a.text("path"), a.text("after"), limit(a)))
                .thenApply(CoordNamesView::of));
  }

  private static Operation tree() {
    return new Operation(
        "coord.tree",
        "Lists the keys below a path, at any depth",
        Access.READ,
        List.of(
            PATH,
            GROUP,
            COORDINATOR,
            Argument.text("after", "", "only keys behind this one"),
            LIMIT),
        CoordTreeView.class,
        false,
        "--path app",
        (node, a) ->
            on(
                    node,
                    a,
                    c ->
                        c.range(
                            new RangeQuery(
                                Scope.tree(a.text("path")),
                                a.text("after"),
                                limit(a),
                                false,
                                0,
                                false)))
                .thenApply(CoordTreeView::of));
  }

  private static Operation providers() {
    return new Operation(
        "coord.providers",
        "Lists the coordinators that this node offers its bundles",
        Access.READ,
        List.of(),
        CoordinatorView.class,
        true,
        "",
        (node, a) -> CompletableFuture.completedFuture(node.coordinators().list()));
  }

  private static int limit(Arguments a) {
    long limit = a.number("limit");
    CoordinationLimits.range("limit", limit, 1, CoordinationLimits.LISTING_ENTRIES);
    return (int) limit;
  }

  private static CompletionStage<List<LockView>> views(CompletionStage<List<LockInfo>> found) {
    return found.thenApply(
        locks -> locks.stream().flatMap(lock -> LockView.of(lock).stream()).toList());
  }

  private static Operation locks() {
    return new Operation(
        "lock.list",
        "Lists locks: who holds them and waits for them, what for and how long",
        Access.READ,
        List.of(PATH, GROUP, COORDINATOR),
        LockView.class,
        true,
        "",
        (node, a) -> views(on(node, a, c -> c.locks(Scope.tree(a.text("path"))))));
  }

  private static Operation lock() {
    return new Operation(
        "lock.show",
        "Shows a lock: its holder and who waits",
        Access.READ,
        List.of(LOCK, GROUP, COORDINATOR),
        LockView.class,
        true,
        "app/reload",
        (node, a) -> views(on(node, a, c -> c.locks(Scope.key(a.text("lock"))))));
  }

  private static Operation release() {
    return new Operation(
        "lock.release",
        "Takes a lock from its holder, whose token is of no use any more, and notes it",
        Access.WRITE,
        List.of(
            LOCK,
            Argument.required("token", "of the holder that is meant, as lock list shows it"),
            Argument.required("reason", "why"),
            Argument.text("by", "an operator", "who does it"),
            GROUP,
            COORDINATOR),
        DoneView.class,
        false,
        "app/reload 1.4711 'its holder hangs'",
        (node, a) ->
            on(
                    node,
                    a,
                    c ->
                        c.forceRelease(
                            a.text("lock"),
                            FencingToken.parse(a.text("token")),
                            a.text("by"),
                            a.text("reason")))
                .thenApply(
                    done -> {
                      if (!done) {
                        throw absent(
                            "lock '" + a.text("lock") + "' is not held with " + a.text("token"));
                      }
                      return new DoneView(true, "released");
                    }));
  }

  private static Operation releases() {
    return new Operation(
        "lock.releases",
        "Lists locks that were taken from their holders, newest first",
        Access.READ,
        List.of(GROUP, COORDINATOR, Argument.number("limit", 100L, "most entries, up to 1000")),
        ForcedReleaseView.class,
        true,
        "",
        (node, a) ->
            on(node, a, c -> c.forcedReleases((int) Math.min(a.number("limit"), 1_000_000)))
                .thenApply(found -> found.stream().map(ForcedReleaseView::of).toList()));
  }

  private static long session(Arguments a) {
    try {
      return Long.parseUnsignedLong(a.text("id"), 16);
    } catch (NumberFormatException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "'" + a.text("id") + "' is no id of a session",
          "session list shows them",
          e);
    }
  }

  private static Operation endSession() {
    return new Operation(
        "session.end",
        "Ends a session at once, as if its TTL were over: its locks are released, its keys go",
        Access.WRITE,
        List.of(
            Argument.required("id", "of the session, as session list shows it"),
            GROUP,
            COORDINATOR),
        DoneView.class,
        false,
        "4711",
        (node, a) -> {
          long id = session(a);
          return on(node, a, c -> c.endSession(id))
              .thenApply(
                  done -> {
                    if (!done) {
                      throw new OperationException(
                          FailureCode.NOT_FOUND,
                          "no session " + a.text("id"),
                          "session list shows those that live");
                    }
                    return new DoneView(true, "ended");
                  });
        });
  }

  private static Operation sessions() {
    return new Operation(
        "session.list",
        "Lists the sessions of the coordinator",
        Access.READ,
        List.of(GROUP, COORDINATOR),
        SessionView.class,
        true,
        "",
        (node, a) ->
            on(node, a, Coordinator::sessions)
                .thenApply(found -> found.stream().map(SessionView::of).toList()));
  }
}
