package org.quorate.operations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.kit.Follower;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.quorate.spi.operations.ClusterOperations;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/** One node's part of a service's operations: its lease, what it drives, and what it takes part in. */
public final class Operations implements ClusterOperations, AutoCloseable {
  /** A session begins no more operations than this many bits tell apart before one of them has ended. */
  private static final int NONCE_BITS = 20;

  private final Hub hub;
  private final Operators operators;
  private final Follower<View> follower;
  private final Responder responder;
  private final Membership membership;
  private final Driver driver;
  private final List<Run> runs = new ArrayList<>();
  private final Set<String> broken = new HashSet<>();
  private final CompletableFuture<Void> silent = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private View view;
  private long begun;
  private volatile boolean closed;
  private boolean shut;

  /**
   * A node that comes online when it is {@link #start started}.
   *
   * @param root key below which the service is: {@link Operators#ROOT}
   * @param self who this node is
   * @param workers what the participant is called on
   */
  public Operations(
      Coordinator coordinator,
      String root,
      Settings settings,
      Self self,
      Participant participant,
      ServiceLoop loop,
      Executor workers,
      Events events) {
    Layout layout = new Layout(root);
    this.hub =
        new Hub(coordinator, layout, settings, self.name(), participant, loop, workers, events);
    this.operators = new Operators(coordinator, layout, loop::wallMs);
    this.responder = new Responder(hub, this::look);
    this.membership = new Membership(hub, self.address(), responder, this::look);
    this.driver = new Driver(hub, this::look);
    this.follower =
        new Follower<>(
            coordinator,
            layout.all(),
            loop,
            settings.heartbeatMs(),
            () -> new View(layout),
            this::changed);
  }

  /** Comes online as soon as it can. */
  public void start() {
    hub.loop()
        .execute(
            () -> {
              follower.start();
              membership.start();
            });
  }

  /**
   * Goes offline: what it has begun is ended by others.
   *
   * @return completes when the participant has been told and the lease is given back
   */
  public CompletionStage<Void> shutdown() {
    closed = true;
    hub.loop()
        .execute(
            () -> {
              if (shut) {
                return;
              }
              shut = true;
              follower.stop();
              List.copyOf(runs).forEach(r -> r.close(closedNow()));
              membership.stop(() -> silent.complete(null), () -> ended.complete(null));
            });
    return ended.minimalCompletionStage();
  }

  /**
   * Completes after {@link #shutdown} when the participant's {@code offline} has returned: nothing is
   * served any more for which the others would have to wait.
   */
  public CompletionStage<Void> silent() {
    return silent.minimalCompletionStage();
  }

  /** As {@link #shutdown}, without waiting for it. */
  @Override
  public void close() {
    shutdown();
  }

  private static OperationException closedNow() {
    return new OperationException(Code.CLOSED, "the operations of this node are closed");
  }

  private void changed(View now) {
    view = now;
    now.broken()
        .forEach(
            (key, why) -> {
              if (broken.add(key)) {
                hub.events().event(Events.Kind.BROKEN, "key " + key + ": " + why);
              }
            });
    broken.retainAll(now.broken().keySet());
    look();
  }

  private void look() {
    if (view == null || closed) {
      return;
    }
    membership.changed(view);
    OnlineNode me = membership.self();
    responder.changed(view, me);
    driver.changed(view, me);
    List.copyOf(runs).forEach(r -> r.changed(view, membership.session()));
  }

  @Override
  public CompletionStage<Operation> run(OperationSpec spec) {
    if (spec == null) {
      return CompletableFuture.failedStage(
          new OperationException(Code.INVALID, "the operation is null"));
    }
    CompletableFuture<Operation> done = new CompletableFuture<>();
    hub.loop().execute(() -> begin(spec, done));
    if (closed) { // the loop may be closed too, and have dropped it
      done.completeExceptionally(closedNow());
    }
    return done; // nothing here asks it: the caller may complete it too
  }

  private void begin(OperationSpec spec, CompletableFuture<Operation> done) {
    CoordinatorSession session = membership.session();
    if (closed) {
      done.completeExceptionally(closedNow());
    } else if (session == null) {
      done.completeExceptionally(
          new OperationException(
              Code.NOT_ONLINE, "node '" + hub.node() + "' is not online; it will be by itself"));
    } else {
      long nonce = session.id() << NONCE_BITS | begun++ & (1L << NONCE_BITS) - 1;
      Run run = new Run(hub, spec, nonce, done, runs::remove, this::look);
      runs.add(run);
      run.lock(session);
    }
  }

  // ---- for operators ----------------------------------------------------------------------------

  @Override
  public CompletionStage<List<Operation>> operations() {
    return operators.operations();
  }

  @Override
  public CompletionStage<Operation> operation(long id) {
    return operators.operation(id);
  }

  @Override
  public CompletionStage<Operation> resolve(long id, String by, String reason, boolean force) {
    return operators.resolve(id, by, reason, force);
  }

  @Override
  public CompletionStage<List<OnlineNode>> nodes() {
    return operators.nodes();
  }

  @Override
  public CompletionStage<Void> remove(String node) {
    return operators.remove(node);
  }
}
