package org.quorate.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.operations.ClusterOperations;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.Phase;

/**
 * What operators ask: answered from the coordinator, without being a node of the service. Stages fail with
 * {@link OperationException}.
 */
public final class Operators {
  /** Where a service is unless it says otherwise. */
  public static final String ROOT = "universe/dble/cluster-1";

  private static final int ATTEMPTS = 16;

  private final Coordinator coordinator;
  private final Layout layout;
  private final LongSupplier wallMs;

  /** Of the service below a key. */
  public Operators(Coordinator coordinator, String root) {
    this(coordinator, new Layout(root), System::currentTimeMillis);
  }

  Operators(Coordinator coordinator, Layout layout, LongSupplier wallMs) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.wallMs = wallMs;
  }

  /** As {@link ClusterOperations#operations}. */
  public CompletionStage<List<Operation>> operations() {
    return with(v -> CompletableFuture.completedStage(v.shown()));
  }

  /** As {@link ClusterOperations#operation}. */
  public CompletionStage<Operation> operation(long id) {
    return with(v -> CompletableFuture.completedStage(found(v, id)));
  }

  private static Operation found(View view, long id) {
    Operation shown = view.shown(id);
    View.Logged logged = view.log().get(id);
    if (shown == null && logged == null) {
      throw missing(id);
    }
    return shown == null ? View.ended(logged.operation()) : shown;
  }

  private static OperationException missing(long id) {
    return new OperationException(
        Code.NOT_FOUND, "operation " + id + " is neither under way nor remembered");
  }

  /** As {@link ClusterOperations#nodes}. */
  public CompletionStage<List<OnlineNode>> nodes() {
    return with(v -> CompletableFuture.completedStage(List.copyOf(v.nodes().values())));
  }

  /** As {@link ClusterOperations#remove}. */
  public CompletionStage<Void> remove(String node) {
    if (node == null) {
      return CompletableFuture.failedStage(
          new OperationException(Code.INVALID, "the node's name is null"));
    }
    return with(v -> removed(v, node))
        .thenApply(
            done -> {
              if (!done) {
                throw new OperationException(Code.NOT_FOUND, "node '" + node + "' is not online");
              }
              return null;
            });
  }

  private CompletionStage<Boolean> removed(View view, String node) {
    OnlineNode known = view.nodes().get(node);
    if (known == null) {
      return CompletableFuture.completedStage(false);
    }
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    new Steps(layout, node, wallMs.getAsLong()).offline(known, when, then);
    return coordinator.transact(new Transaction(when, then)).thenApply(done -> done.succeeded());
  }

  /** As {@link ClusterOperations#resolve}. */
  public CompletionStage<Operation> resolve(long id, String by, String reason, boolean force) {
    try {
      OperationLimits.name("who resolves it", by);
      OperationLimits.text("the reason", reason, OperationLimits.ANSWER_BYTES);
    } catch (OperationException e) {
      return CompletableFuture.failedStage(e);
    }
    String why = "resolved by " + by + ": " + reason;
    return with(v -> resolve(v, id, by, why, force, ATTEMPTS));
  }

  private CompletionStage<Operation> resolve(
      View view, long id, String by, String why, boolean force, int attempts) {
    Stored unreadable = view.unreadable(id);
    if (unreadable != null && !force) {
      throw new OperationException(Code.BROKEN, view.shown(id).reason());
    }
    Stored s = unreadable == null ? view.operation(id) : unreadable;
    if (s == null && view.log().containsKey(id)) {
      throw new OperationException(Code.DECIDED, "operation " + id + " has ended");
    } else if (s == null) {
      throw missing(id);
    } else if (s.decided() && !force) {
      throw new OperationException(
          Code.DECIDED, s + " is " + s.decision + "; awaited: " + Barrier.of(view, s).awaited());
    }
    Stored resolved = resolved(view, s, why);
    Steps steps = new Steps(layout, by, wallMs.getAsLong());
    Transaction transaction =
        force
            ? steps.end(
                view,
                s,
                resolved,
                unreadable == null ? behind(view, s, resolved) : view.nodes().keySet())
            : steps.decide(view, s, resolved);
    return coordinator
        .transact(transaction)
        .thenCompose(
            done -> {
              if (done.succeeded()) {
                return operation(id);
              } else if (attempts == 1) {
                throw new OperationException(
                    Code.UNAVAILABLE, "operation " + id + " changes all the time: try again");
              }
              return view().thenCompose(v -> resolve(v, id, by, why, force, attempts - 1));
            });
  }

  private static Stored resolved(View view, Stored s, String why) {
    Stored next = s.copy();
    next.reason = s.reason.isEmpty() ? why : s.reason + "; " + why;
    Barrier b = Barrier.of(view, s);
    if (s.phase != Phase.EXECUTE) {
      next.missing.addAll(b.awaited());
      next.failed.putAll(b.failed());
      next.gone.addAll(b.gone());
    }
    if (!s.decided()) {
      next.decision = Decision.ABORTED;
    }
    return next;
  }

  /** Who has not completed: of what is not decided, everybody. */
  private static TreeSet<String> behind(View view, Stored s, Stored resolved) {
    TreeSet<String> behind = new TreeSet<>();
    if (s.decided()) {
      behind.addAll(resolved.missing);
      behind.addAll(Barrier.of(view, s).failed().keySet());
    } else {
      behind.addAll(view.nodes().keySet());
    }
    return behind;
  }

  private <T> CompletionStage<T> with(Function<View, CompletionStage<T>> what) {
    return Errors.named(view().thenCompose(what));
  }

  private CompletionStage<View> view() {
    return list(new View(layout), RangeQuery.of(layout.all()));
  }

  private CompletionStage<View> list(View view, RangeQuery query) {
    return coordinator
        .range(query)
        .thenCompose(
            page -> {
              page.entries().forEach(view::put);
              view.at(page.revision());
              return page.more()
                  ? list(view, query.after(page, false))
                  : CompletableFuture.completedStage(view);
            });
  }
}
