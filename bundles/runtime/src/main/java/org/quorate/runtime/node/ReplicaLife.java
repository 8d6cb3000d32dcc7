package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.net.Loop;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.replica.StrategyException;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a group's replica is open on this node: while all that it was opened with is there and the
 * manifest lists it. On the group's loop, unless it says otherwise.
 *
 * <pre>
 *   PARKED --all is there--> OPENING --opened--> OPEN --a part goes--> LEAVING --handed over--> PARKED
 *   OPENING --it throws--> FAILED --other parts--> OPENING        any --stop--> STOPPED
 * </pre>
 */
final class ReplicaLife {
  private enum Phase {
    PARKED,
    OPENING,
    OPEN,
    /** Leadership is on its way to another node, then the group parks. */
    LEAVING,
    FAILED,
    STOPPED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLife.class);

  /** A successor that has not taken over by then is elected: what uses the part must end. */
  private static final long HAND_OVER_MS = 2000;

  private final GroupHost host;
  private final GroupHost.Node node;
  private final Loop loop;
  private final ReplicaStorage storage;
  private final ReplicaOpening opening;
  private final List<Runnable> waiting = new ArrayList<>();
  private final Map<String, ConsensusStrategy> strategies = new ConcurrentHashMap<>();
  private volatile String why = "not opened yet";
  private volatile Phase phase = Phase.PARKED;
  private Services.Parts parts;
  private Replica replica;

  ReplicaLife(GroupHost host, GroupHost.Node node, ReplicaStorage storage) {
    this.host = host;
    this.node = node;
    this.loop = host.loop();
    this.storage = storage;
    this.opening = new ReplicaOpening(host, node);
  }

  /** The open replica, or null. */
  Replica replica() {
    return replica;
  }

  /** Whether a replica takes part; from any thread. */
  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  /** Whether a replica is just being opened. */
  boolean isOpening() {
    return phase == Phase.OPENING;
  }

  /** Whether its storages or its strategy did not open, or broke; from any thread. */
  boolean failed() {
    return phase == Phase.FAILED;
  }

  /** Why there is no open replica, or what is wrong with it; from any thread. */
  String why() {
    return why;
  }

  /** The replica is in other storages from now on. */
  void moved(Services.Parts to) {
    parts = to;
  }

  // ---- opening and parking -----------------------------------------------------------------

  /** Opens or parks as the services and the manifest now demand; from any thread. */
  void reconcile(Runnable then) {
    loop.execute(() -> follow(then));
  }

  private void follow(Runnable then) {
    switch (phase) {
      case OPENING, LEAVING -> waiting.add(() -> reconcile(then));
      case OPEN -> {
        String gone = gone();
        if (gone != null) {
          leave(gone, then);
        } else {
          then.run();
        }
      }
      case PARKED -> {
        if (storage.ending()) {
          storage.whenIdle(() -> reconcile(then));
        } else {
          open(then);
        }
      }
      case FAILED -> {
        if (replica == null && (otherParts() || otherStrategies())) {
          open(then); // it did not open with those that were there
        } else {
          then.run();
        }
      }
      default -> then.run();
    }
  }

  /** Why the replica cannot go on with what it was opened with; null if it can. */
  private String gone() {
    String objection = host.manifest().objection(node.id(), opening.store());
    if (objection != null) {
      return objection;
    }
    if (otherParts()) {
      String missing = node.services().missing(host.local());
      return missing == null ? "a part it uses was replaced" : missing;
    }
    for (String strategy : replica.strategies()) {
      ConsensusStrategy used = strategies.get(strategy);
      if (used != null && used != node.services().strategy(strategy)) {
        String missing = node.services().missingStrategy(strategy);
        return missing == null ? "strategy '" + strategy + "' was replaced" : missing;
      }
    }
    return null;
  }

  private boolean otherParts() {
    return !Objects.equals(parts, node.services().parts(host.local()));
  }

  private boolean otherStrategies() {
    return strategies.entrySet().stream()
        .anyMatch(used -> used.getValue() != node.services().strategy(used.getKey()));
  }

  private void open(Runnable then) {
    Services.Parts found = node.services().parts(host.local());
    ReplicaOpening.Check check = opening.check(found);
    if (check.obstacle() != null) {
      phase = Phase.PARKED;
      park(check.obstacle());
      then.run();
      return;
    }
    phase = Phase.OPENING;
    why = "opening";
    parts = found;
    strategies.clear();
    node.workers().execute(() -> open(check.config(), found, then));
  }

  /** On a worker. */
  private void open(ReplicaConfig config, Services.Parts found, Runnable then) {
    ReplicaOpening.Opened opened;
    try {
      opened = opening.open(config, found, strategies);
    } catch (RuntimeException | LinkageError e) {
      if (!(e instanceof StrategyException)) { // which has told the log
        LOG.error("group {} does not open", host.id(), e);
      }
      loop.execute(() -> failed(String.valueOf(e.getMessage()), then));
      return;
    }
    loop.execute(() -> opened(opened, then));
  }

  private void failed(String reason, Runnable then) {
    phase = Phase.FAILED;
    why = reason;
    node.changed(host, "group.failed", Map.of("why", why));
    followUp(then);
  }

  private void opened(ReplicaOpening.Opened opened, Runnable then) {
    replica = opened.replica();
    storage.opened(opened.stores(), replica);
    phase = Phase.OPEN;
    host.opened(replica);
    replica.onChange(this::observe);
    replica.start();
    observe();
    followUp(then);
  }

  /** Told by the replica after a change. */
  private void observe() {
    if (replica == null) {
      return;
    }
    GroupStatus status = replica.status();
    if (status.state() == GroupStatus.State.FAILED) {
      why = status.why();
      node.changed(host, "group.failed", Map.of("why", why));
      return;
    }
    if (status.state() == GroupStatus.State.PARKED) {
      park(status.why());
    } else if (!why.isEmpty()) {
      why = "";
      node.changed(host, "group.opened", Map.of());
    }
    host.changed(replica, status);
  }

  private void park(String reason) {
    if (!reason.equals(why)) {
      why = reason;
      LOG.warn("group {} is parked: {}", host.id(), reason);
      node.changed(host, "group.parked", Map.of("why", reason));
    }
  }

  private void followUp(Runnable then) {
    List<Runnable> next = List.copyOf(waiting);
    waiting.clear();
    then.run();
    next.forEach(Runnable::run);
  }

  // ---- closing -----------------------------------------------------------------------------

  /** Hands leadership over, parks, and opens anew if what it needs is there by then. */
  private void leave(String reason, Runnable then) {
    phase = Phase.LEAVING;
    handOverFirst(
        null,
        HAND_OVER_MS,
        () -> {
          if (phase == Phase.LEAVING) {
            shut(Phase.PARKED, reason);
            followUp(() -> reconcile(then));
          } else {
            followUp(then); // the node stopped meanwhile
          }
        });
  }

  /**
   * Runs the action once: when another member leads, when none takes over, or when the time is up.
   *
   * @param to null for the member that the protocol finds best
   */
  private void handOverFirst(NodeId to, long budgetMs, Runnable action) {
    boolean[] done = {false};
    Runnable once =
        () -> {
          if (!done[0]) {
            done[0] = true;
            action.run();
          }
        };
    Runnable limit = loop.after(budgetMs, once);
    replica.handOver(
        to,
        outcome -> {
          limit.run();
          loop.execute(once); // not below the step that answers: it may close the replica
        });
  }

  private void shut(Phase next, String reason) {
    if (replica != null) {
      storage.close();
      replica = null;
    }
    parts = null;
    strategies.clear();
    phase = next;
    if (next == Phase.PARKED) {
      park(reason);
    } else {
      why = reason;
      node.changed(host, "group.parked", Map.of("why", reason));
    }
    host.closed();
  }

  /** Closes for good: hands over, writes a checkpoint, closes. */
  void stop(NodeId successor, long budgetMs, CompletableFuture<Void> stopped) {
    if (phase == Phase.OPENING) {
      waiting.add(() -> stop(successor, budgetMs, stopped));
    } else if (replica == null) {
      phase = Phase.STOPPED;
      released(stopped);
    } else {
      stopping(successor, budgetMs, stopped);
    }
  }

  private void released(CompletableFuture<Void> stopped) {
    if (storage.ending()) {
      storage.whenIdle(() -> stopped.complete(null));
    } else {
      stopped.complete(null);
    }
  }

  private void stopping(NodeId successor, long budgetMs, CompletableFuture<Void> stopped) {
    Runnable last =
        () -> {
          if (!stopped.isDone()) {
            shut(Phase.STOPPED, "the node stops");
            released(stopped);
          }
        };
    Runnable limit = loop.after(budgetMs, last);
    Runnable checkpoint =
        () -> {
          if (replica != null) {
            replica.checkpoint(
                () -> {
                  limit.run();
                  last.run();
                });
          }
        };
    if (successor != null && node.id().equals(replica.status().hint())) {
      handOverFirst(successor, budgetMs, checkpoint);
    } else {
      checkpoint.run();
    }
  }

  // ---- work on stores that are closed ------------------------------------------------------

  /** What is done with the stores of a replica that is closed; on a worker. */
  interface Surgery {
    void on(ReplicaConfig config, Services.Parts parts, long storeId);
  }

  /**
   * Closes the replica behind a checkpoint, has its stores worked on, and opens it again. Fails as the
   * work fails, or if parts of the group are missing; the replica is opened again in any case.
   */
  void operate(String reason, Surgery surgery, CompletableFuture<Void> done) {
    Services.Parts found = node.services().parts(host.local());
    if (phase == Phase.OPENING) {
      waiting.add(() -> operate(reason, surgery, done));
    } else if (storage.ending()) {
      storage.whenIdle(() -> operate(reason, surgery, done));
    } else if (phase == Phase.STOPPED || found == null) {
      String what = found == null ? node.services().missing(host.local()) : "the node stops";
      done.completeExceptionally(new ControlException(Code.UNAVAILABLE, what));
    } else if (replica != null) {
      replica.checkpoint(
          () -> {
            if (replica != null) {
              shut(Phase.PARKED, reason);
            }
            operate(reason, surgery, done);
          });
    } else {
      phase = Phase.OPENING;
      ReplicaConfig config = host.manifest().config();
      node.workers().execute(() -> operate(surgery, config, found, done));
    }
  }

  private void operate(
      Surgery surgery, ReplicaConfig config, Services.Parts found, CompletableFuture<Void> done) {
    Throwable problem = null;
    try {
      surgery.on(config, found, storage.storeId(found));
    } catch (RuntimeException | Error e) {
      problem = e;
    }
    Throwable failure = problem;
    loop.execute(
        () -> {
          phase = Phase.PARKED;
          open(
              () -> {
                if (failure == null) {
                  done.complete(null);
                } else {
                  done.completeExceptionally(failure);
                }
              });
          followUp(() -> {});
        });
  }
}
