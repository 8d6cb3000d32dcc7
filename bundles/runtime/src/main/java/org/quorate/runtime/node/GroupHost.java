package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.Group;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.client.net.Loop;
import org.quorate.core.config.ParameterException;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.replica.StrategyException;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.Metric;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group on this node: open while everything it needs is there, parked otherwise. What callers ask
 * may come from any thread and goes to the group's loop; callbacks come on that loop.
 */
public final class GroupHost implements Group {
  /** What a host needs of its node; from the group's loop. */
  interface Node {
    NodeId id();

    NodeHome home();

    Services services();

    Executor workers();

    CheckpointBudget checkpointBudget();

    Transport transport(GroupId group);

    /** Puts another manifest of a group on disk and has it followed; blocks. */
    void replace(GroupHost host, GroupManifest next);

    /** The storage of a group broke: the process must stop. */
    void broken(String why, Throwable cause);

    /** A membership is decided that the manifest does not have yet. */
    void decided(GroupHost host, Membership membership);

    /** The group opened, parked or failed. */
    void changed(GroupHost host, String event, Map<String, String> details);
  }

  private enum Phase {
    PARKED,
    OPENING,
    OPEN,
    /** Leadership is on its way to another node, then the group parks. */
    LEAVING,
    FAILED,
    STOPPED
  }

  private static final Logger LOG = LoggerFactory.getLogger(GroupHost.class);
  private static final long OPENING_RETRY_MS = 50;
  private static final int STATUS_PATIENCE_S = 2;

  /** A successor that has not taken over by then is elected: what uses the part must end. */
  private static final long HAND_OVER_MS = 2000;

  private final Node node;
  private final Loop loop;
  private final Ticker ticker;
  private final Watches watches = new Watches();
  private final KeyWatches keyWatches = new KeyWatches();
  private final Sights sights = new Sights();
  private final GroupFigures figures = new GroupFigures();
  private final List<Runnable> waiting = new ArrayList<>();
  private volatile GroupManifest manifest;
  private volatile String why = "not opened yet";
  private volatile Phase phase = Phase.PARKED;
  private final Map<String, ConsensusStrategy> strategies = new ConcurrentHashMap<>();
  private Services.Parts parts;
  private Replica replica;
  private boolean openedBefore; // by workers, one opening after the other
  private volatile long store; // who the open replica is
  private boolean lively;
  private final GroupNews news;
  private final SwapWatch swaps;
  private final ReplicaStorage storage;

  /** Blocks for a moment: reads where the replica is kept. */
  GroupHost(Node node, Ticker ticker, ManifestStore files, GroupManifest manifest) {
    this.node = node;
    this.ticker = ticker;
    this.loop = ticker.loop();
    this.manifest = manifest;
    this.news = new GroupNews(this, node, manifest.membership());
    this.swaps = new SwapWatch(this, node::changed);
    this.storage = new ReplicaStorage(this, node, files, manifest);
  }

  /** Swaps of this group as this node sees them. */
  SwapWatch swaps() {
    return swaps;
  }

  /** Where the group lives. */
  public Loop loop() {
    return loop;
  }

  GroupManifest manifest() {
    return manifest;
  }

  /** Name of the state machine. */
  public String stateMachine() {
    return manifest.stateMachine();
  }

  /** The manifest with the storages that this node uses. */
  GroupManifest local() {
    return storage.on(manifest);
  }

  /** Where the replica is kept; on the loop. */
  ReplicaStorage storage() {
    return storage;
  }

  /** Who this node is in the group, if it keeps its replica elsewhere than it was created. */
  Optional<Identity.Store> moved() {
    Services.Parts found = node.services().parts(local());
    return storage.elsewhere() && found != null
        ? Optional.of(new Identity.Store(storage.storeId(found), !found.durable()))
        : Optional.empty();
  }

  /** The replica is in other storages from now on. */
  void moved(StorageChoice to) {
    parts = node.services().parts(manifest.on(to.log(), to.state()));
  }

  /** The node that takes proposals as far as this one knows, or null; from any thread. */
  NodeId hint() {
    return news.hint();
  }

  /** Monotonic milliseconds. */
  static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  @Override
  public GroupId id() {
    return manifest.group();
  }

  // ---- opening and parking -----------------------------------------------------------------

  /** Opens or parks as the services and the manifest now demand; then runs the callback. */
  void reconcile(Runnable then) {
    loop.execute(
        () -> {
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
        });
  }

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

  private boolean otherParts() {
    return !Objects.equals(parts, node.services().parts(local()));
  }

  private boolean otherStrategies() {
    return strategies.entrySet().stream()
        .anyMatch(used -> used.getValue() != node.services().strategy(used.getKey()));
  }

  /** Why the replica cannot go on with what it was opened with; null if it can. */
  private String gone() {
    String objection = manifest.objection(node.id(), store);
    if (objection != null) {
      return objection;
    }
    if (otherParts()) {
      String missing = node.services().missing(local());
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

  private void open(Runnable then) {
    Services.Parts found = node.services().parts(local());
    String obstacle = found == null ? node.services().missing(local()) : null;
    ReplicaConfig checked = null;
    if (obstacle == null) {
      obstacle = manifest.objection(node.id(), storage.storeId(found));
    }
    if (obstacle == null) {
      try {
        ConsensusStrategy first = node.services().strategy(manifest.config().strategy());
        ReplicaConfig plain = manifest.config();
        checked = plain.with(GroupOptions.checked(plain.options().values(), found, first));
      } catch (ParameterException e) {
        obstacle = "options: " + e.getMessage();
      }
    }
    if (obstacle != null) {
      phase = Phase.PARKED;
      park(obstacle);
      then.run();
      return;
    }
    phase = Phase.OPENING;
    why = "opening";
    parts = found;
    strategies.clear();
    ReplicaConfig config = checked;
    node.workers().execute(() -> openStores(config, found, then));
  }

  /** Each replica of this process has its own: the log and the peers know the one before. */
  private long risen() {
    boolean first = !openedBefore;
    openedBefore = true;
    return first ? node.home().incarnation() : node.home().rise();
  }

  /** On a worker. */
  private void openStores(ReplicaConfig config, Services.Parts found, Runnable then) {
    Replica opened;
    ReplicaStores stores;
    try {
      if (manifest.discard()) {
        Reseeding.discard(config.group(), found);
        node.replace(this, manifest.discarding(false));
      }
      stores = storage.open(found);
      store = storage.storeId(found);
      opened =
          Replica.open(
              config,
              new HostEnvironment(id(), node, loop, strategies, store, risen()),
              stores.logs(),
              stores.states(),
              found.stateMachine().create(config.options()));
      if (opened.config().historyId() != config.historyId()) {
        node.replace(this, manifest.forked(opened.config()));
      }
    } catch (RuntimeException | LinkageError e) {
      if (!(e instanceof StrategyException)) { // which has told the log
        LOG.error("group {} does not open", id(), e);
      }
      loop.execute(
          () -> {
            phase = Phase.FAILED;
            why = String.valueOf(e.getMessage());
            node.changed(this, "group.failed", Map.of("why", why));
            followUp(then);
          });
      return;
    }
    loop.execute(
        () -> {
          replica = opened;
          storage.opened(stores, opened);
          phase = Phase.OPEN;
          news.opened();
          replica.onChange(this::observe);
          replica.onApplied(this::applied);
          replica.start();
          observe();
          followUp(then);
        });
  }

  /** What is done with the stores of a replica that is closed; on a worker. */
  interface Surgery {
    void on(ReplicaConfig config, Services.Parts parts, long storeId);
  }

  /**
   * Closes the replica behind a checkpoint, has its stores worked on, and opens it again. Fails as the
   * work fails, or if parts of the group are missing; the replica is opened again in any case.
   */
  CompletableFuture<Void> operate(String reason, Surgery surgery) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(() -> operate(reason, surgery, done));
    return done;
  }

  private void operate(String reason, Surgery surgery, CompletableFuture<Void> done) {
    Services.Parts found = node.services().parts(local());
    if (phase == Phase.OPENING) {
      waiting.add(() -> operate(reason, surgery, done));
    } else if (storage.ending()) {
      storage.whenIdle(() -> operate(reason, surgery, done));
    } else if (phase == Phase.STOPPED || found == null) {
      String what = found == null ? node.services().missing(local()) : "the node stops";
      done.completeExceptionally(new ControlException(Code.UNAVAILABLE, what));
    } else if (replica != null) {
      replica.checkpoint(
          () -> {
            if (replica != null) {
              shut(Phase.PARKED, reason);
              operate(reason, surgery, done);
            }
          });
    } else {
      phase = Phase.OPENING;
      ReplicaConfig config = manifest.config();
      node.workers().execute(() -> operate(surgery, config, found, done));
    }
  }

  private void operate(
      Surgery surgery, ReplicaConfig config, Services.Parts found, CompletableFuture<Void> done) {
    Throwable problem = null;
    try {
      surgery.on(config, found, storage.storeId(found));
    } catch (RuntimeException e) {
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

  private void followUp(Runnable then) {
    List<Runnable> next = List.copyOf(waiting);
    waiting.clear();
    then.run();
    next.forEach(Runnable::run);
  }

  private void park(String reason) {
    if (!reason.equals(why)) {
      why = reason;
      LOG.warn("group {} is parked: {}", id(), reason);
      node.changed(this, "group.parked", Map.of("why", reason));
    }
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
      node.changed(this, "group.parked", Map.of("why", reason));
    }
    watches.end();
    keyWatches.end();
    sights.end();
  }

  /** Told by the replica after a change. */
  private void observe() {
    if (replica == null) {
      return;
    }
    GroupStatus status = replica.status();
    if (status.state() == GroupStatus.State.FAILED) {
      why = status.why();
      node.changed(this, "group.failed", Map.of("why", why));
      return;
    }
    if (status.state() == GroupStatus.State.PARKED) {
      park(status.why());
    } else if (!why.isEmpty()) {
      why = "";
      node.changed(this, "group.opened", Map.of());
    }
    news.look(status, replica);
    swaps.observe(replica.swaps());
    Membership decided = replica.decidedMembership();
    if (decided != null && decided.version() > manifest.membership().version()) {
      node.decided(this, decided);
    }
  }

  /** Runs on the loop when the group is open. */
  void ifOpen(Runnable action) {
    loop.execute(
        () -> {
          if (replica != null) {
            action.run();
          }
        });
  }

  /** Whether a replica takes part; from any thread. */
  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  /** Takes a manifest with a newer membership, which is on disk already. */
  void told(GroupManifest newer) {
    manifest = newer;
    loop.execute(
        () -> {
          if (replica == null) {
            news.told(newer.membership());
          }
        });
    reconcile(() -> {});
  }

  /** The newest membership known to be decided, or null; on the loop. */
  Membership decidedMembership() {
    return replica == null ? null : replica.decidedMembership();
  }

  /** Membership the protocol goes by at this moment, or did last; on the loop. */
  Membership membershipNow() {
    return replica == null ? news.membership() : replica.link().membership();
  }

  /** Membership the protocol goes by here, as of the last change told; on the loop. */
  Membership membership() {
    return news.membership();
  }

  /** How far the log is, to be compared with those of other members; on the loop. */
  Bytes logRank() {
    return replica == null ? Bytes.EMPTY : replica.logRank();
  }

  /** Index of the last record in the log, 0 while the replica is closed; on the loop. */
  long lastIndex() {
    return replica == null ? 0 : replica.link().last();
  }

  /** Whether this node only votes; on the loop. */
  boolean witness() {
    return news.membership().find(node.id()).filter(m -> m.role() == Role.WITNESS).isPresent();
  }

  /** Closes for good: hands over, writes a checkpoint, closes. */
  CompletableFuture<Void> stop(NodeId successor, long budgetMs) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (phase == Phase.OPENING) {
            waiting.add(() -> stop(successor, budgetMs).thenRun(() -> stopped.complete(null)));
          } else if (replica == null) {
            phase = Phase.STOPPED;
            stopped(stopped);
          } else {
            stopping(successor, budgetMs, stopped);
          }
        });
    return stopped;
  }

  private void stopped(CompletableFuture<Void> stopped) {
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
            stopped(stopped);
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

  // ---- callers, on the loop ----------------------------------------------------------------

  /** Whether something goes on in the group, so that it wants the next tick too. */
  boolean tick() {
    lively = replica != null && replica.tick();
    keyWatches.hears(news.hint() != null, nowMs());
    keyWatches.catchUp();
    storage.tick(nowMs());
    lively |= storage.moving();
    return lively;
  }

  void receive(NodeId from, Lane lane, Bytes frame) {
    if (replica != null) {
      replica.receive(from, lane, frame);
    }
  }

  void peerReset(NodeId peer) {
    if (replica != null) {
      replica.peerReset(peer);
    }
  }

  void peerBusy(NodeId peer) {
    if (replica != null) {
      replica.peerBusy(peer);
    }
  }

  private Outcome parked() {
    if (phase == Phase.OPENING) {
      return new Outcome.Overloaded(OPENING_RETRY_MS, "the group is opening");
    }
    return manifest.successor() != null
        ? new Rejected(Rejection.FORKED, "group " + id() + ": " + manifest.ended(node.id()))
        : new Rejected(Rejection.PARKED, "group " + id() + " is not open here: " + why);
  }

  /** Calls back on the loop, at once when the caller is there. */
  public void propose(Proposal proposal, Consumer<Outcome> done) {
    Consumer<Outcome> counted = figures.proposal(System.nanoTime(), done);
    onReplica(counted, r -> r.propose(proposal, counted));
  }

  /** Calls back on the loop. */
  public void openSession(long ttlMs, Consumer<Outcome> done) {
    onReplica(done, r -> r.openSession(ttlMs, done));
  }

  /** Calls back on the loop. */
  public void keepAlive(List<Long> sessions, Consumer<Outcome> done) {
    onReplica(done, r -> r.keepAlive(sessions, done));
  }

  /** Calls back on the loop. */
  public void closeSession(long session, Consumer<Outcome> done) {
    onReplica(done, r -> r.closeSession(session, done));
  }

  /** The client of a session was lost. */
  public void clientGone(long session) {
    onReplica(parked -> {}, r -> r.clientGone(session));
  }

  /** Calls back on the loop. */
  public void read(Bytes query, ReadLevel level, Consumer<ReadOutcome> done) {
    Consumer<ReadOutcome> counted = figures.read(level, done);
    onReplica(
        outcome -> counted.accept(new ReadOutcome.Unanswered(outcome)),
        r -> r.read(query, level, counted));
  }

  /** Runs with the open replica on the loop, or says why there is none. */
  void onReplica(Consumer<Outcome> refused, Consumer<Replica> action) {
    if (!loop.inside()) {
      loop.execute(() -> onReplica(refused, action));
    } else if (replica == null) {
      refused.accept(parked());
    } else {
      if (!lively) {
        lively = true;
        ticker.wake(this);
      }
      action.accept(replica);
    }
  }

  /**
   * Calls back once, on the loop, when the version is greater than the one given.
   *
   * @return ends the watch
   */
  public Runnable watch(long version, LongConsumer then) {
    Watches.Watch watch = watches.make(version, then);
    loop.run(() -> watches.add(watch, replica == null ? 0 : replica.appliedVersion()));
    return () -> loop.run(() -> watches.remove(watch));
  }

  /**
   * Calls back once, on the loop, when a commit after the version has changed a key of the ranges: see
   * {@link GroupAccess#watch(List, long, Bytes, GroupAccess.Sight)}.
   *
   * @param query to be answered then, or null
   * @return ends the watch
   */
  public Runnable watch(List<KeyRange> keys, long version, Bytes query, GroupAccess.Sight then) {
    KeyWatches.Watch watch =
        keyWatches.make(keys, version, reached -> changed(reached, query, then));
    loop.run(
        () -> {
          if (replica == null || witness()) {
            then.changed(0, null); // it sees no changes
          } else {
            keyWatches.add(watch, replica.log().index(), replica.appliedVersion());
          }
        });
    return () -> loop.run(() -> keyWatches.remove(watch));
  }

  private void changed(long version, Bytes query, GroupAccess.Sight then) {
    if (query == null || version <= 0 || replica == null) {
      then.changed(version, null);
    } else {
      var level = new ReadLevel.Causal(new Gtid(replica.log().gtid().historyId(), version));
      sights.tell(version, then, done -> replica.read(query, level, done));
    }
  }

  private void applied(long version) {
    watches.applied(version);
    keyWatches.applied(version, replica.log().index());
  }

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    openSession(ttlMs, outcome::complete);
    return outcome;
  }

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    propose(proposal, outcome::complete);
    return outcome;
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    CompletableFuture<ReadOutcome> outcome = new CompletableFuture<>();
    read(query, level, outcome::complete);
    return outcome;
  }

  @Override
  public CompletionStage<GroupStatus> status() {
    CompletableFuture<GroupStatus> status = new CompletableFuture<>();
    loop.run(() -> status.complete(statusNow()));
    return status.completeOnTimeout(
        closedStatus("the group's loop does not answer"), STATUS_PATIENCE_S, TimeUnit.SECONDS);
  }

  /** The group's metrics; on the loop. */
  List<Metric.Sample> measure() {
    return Measurements.of(statusNow(), replica, watches.size() + keyWatches.size(), figures);
  }

  /** The status; on the loop. */
  public GroupStatus statusNow() {
    return replica != null ? replica.status().onStorage(storage.names()) : closedStatus(why);
  }

  private GroupStatus closedStatus(String reason) {
    return ClosedStatus.of(manifest, node.id(), storage.names(), phase == Phase.FAILED, reason);
  }
}
