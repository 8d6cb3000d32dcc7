package org.quorate.runtime.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.Replica;
import org.quorate.runtime.api.Metric;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

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

  private static final long OPENING_RETRY_MS = 50;
  private static final int STATUS_PATIENCE_S = 2;

  private final Node node;
  private final Loop loop;
  private final Ticker ticker;
  private final Watches watches = new Watches();
  private final KeyWatches keyWatches = new KeyWatches();
  private final Sights sights = new Sights();
  private final GroupFigures figures = new GroupFigures();
  private volatile GroupManifest manifest;
  private boolean lively;
  private final GroupNews news;
  private final SwapWatch swaps;
  private final ReplicaStorage storage;
  private final ReplicaLife life;

  /** Blocks for a moment: reads where the replica is kept. */
  GroupHost(Node node, Ticker ticker, ManifestStore files, GroupManifest manifest) {
    this.node = node;
    this.ticker = ticker;
    this.loop = ticker.loop();
    this.manifest = manifest;
    this.news = new GroupNews(this, node, manifest.membership());
    this.swaps = new SwapWatch(this, node::changed);
    this.storage = new ReplicaStorage(this, node, files, manifest);
    this.life = new ReplicaLife(this, node, storage);
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
    life.moved(node.services().parts(manifest.on(to.log(), to.state())));
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

  // ---- opening and closing -----------------------------------------------------------------

  /** Opens or parks as the services and the manifest now demand; then runs the callback. */
  void reconcile(Runnable then) {
    life.reconcile(then);
  }

  /** As {@link ReplicaLife#operate}; from any thread. */
  CompletableFuture<Void> operate(String reason, ReplicaLife.Surgery surgery) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(() -> life.operate(reason, surgery, done));
    return done;
  }

  /** Closes for good: hands over, writes a checkpoint, closes. */
  CompletableFuture<Void> stop(NodeId successor, long budgetMs) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    loop.execute(() -> life.stop(successor, budgetMs, stopped));
    return stopped;
  }

  /** A replica was opened and takes part next. */
  void opened(Replica replica) {
    news.opened();
    replica.onApplied(version -> applied(replica, version));
  }

  /** Something of the open replica has changed. */
  void changed(Replica replica, GroupStatus status) {
    news.look(status, replica);
    swaps.observe(replica.swaps());
    Membership decided = replica.decidedMembership();
    if (decided != null && decided.version() > manifest.membership().version()) {
      node.decided(this, decided);
    }
  }

  /** There is no open replica any more. */
  void closed() {
    watches.end();
    keyWatches.end();
    sights.end();
  }

  /** Runs on the loop when the group is open. */
  void ifOpen(Runnable action) {
    loop.execute(
        () -> {
          if (life.replica() != null) {
            action.run();
          }
        });
  }

  /** Whether a replica takes part; from any thread. */
  boolean isOpen() {
    return life.isOpen();
  }

  /** Takes a manifest with a newer membership, which is on disk already. */
  void told(GroupManifest newer) {
    manifest = newer;
    loop.execute(
        () -> {
          if (life.replica() == null) {
            news.told(newer.membership());
          }
        });
    reconcile(() -> {});
  }

  /** The newest membership known to be decided, or null; on the loop. */
  Membership decidedMembership() {
    Replica replica = life.replica();
    return replica == null ? null : replica.decidedMembership();
  }

  /** Membership the protocol goes by at this moment, or did last; on the loop. */
  Membership membershipNow() {
    Replica replica = life.replica();
    return replica == null ? news.membership() : replica.link().membership();
  }

  /** Membership the protocol goes by here, as of the last change told; on the loop. */
  Membership membership() {
    return news.membership();
  }

  /** How far the log is, to be compared with those of other members; on the loop. */
  Bytes logRank() {
    Replica replica = life.replica();
    return replica == null ? Bytes.EMPTY : replica.logRank();
  }

  /** Index of the last record in the log, 0 while the replica is closed; on the loop. */
  long lastIndex() {
    Replica replica = life.replica();
    return replica == null ? 0 : replica.link().last();
  }

  /** Whether this node only votes; on the loop. */
  boolean witness() {
    return news.membership().find(node.id()).filter(m -> m.role() == Role.WITNESS).isPresent();
  }

  // ---- callers, on the loop ----------------------------------------------------------------

  /** Whether something goes on in the group, so that it wants the next tick too. */
  boolean tick() {
    Replica replica = life.replica();
    lively = replica != null && replica.tick();
    if (keyWatches.hears(news.hint() != null, nowMs())) {
      watches.end();
    }
    keyWatches.catchUp();
    storage.tick(nowMs());
    lively |= storage.moving();
    return lively;
  }

  void receive(NodeId from, Lane lane, Bytes frame) {
    Replica replica = life.replica();
    if (replica != null) {
      replica.receive(from, lane, frame);
    }
  }

  void peerReset(NodeId peer) {
    Replica replica = life.replica();
    if (replica != null) {
      replica.peerReset(peer);
    }
  }

  void peerBusy(NodeId peer) {
    Replica replica = life.replica();
    if (replica != null) {
      replica.peerBusy(peer);
    }
  }

  private Outcome parked() {
    if (life.isOpening()) {
      return new Outcome.Overloaded(OPENING_RETRY_MS, "the group is opening");
    }
    return manifest.successor() != null
        ? new Rejected(Rejection.FORKED, "group " + id() + ": " + manifest.ended(node.id()))
        : new Rejected(Rejection.PARKED, "group " + id() + " is not open here: " + life.why());
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
      return;
    }
    Replica replica = life.replica();
    if (replica == null) {
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
   * Calls back once, on the loop, when the version is greater than the one given; with 0 when this node
   * cannot tell: the group is closed here, or may be cut off.
   *
   * @return ends the watch
   */
  public Runnable watch(long version, LongConsumer then) {
    Watches.Watch watch = watches.make(version, then);
    loop.run(
        () -> {
          Replica replica = life.replica();
          if (replica == null) {
            then.accept(0); // it sees no changes
          } else {
            watches.add(watch, replica.appliedVersion());
          }
        });
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
    return watch(keys, version, query, then, () -> then.changed(0, null));
  }

  /**
   * The same.
   *
   * @param blind told in place of it if no changes are seen here
   */
  Runnable watch(
      List<KeyRange> keys, long version, Bytes query, GroupAccess.Sight then, Runnable blind) {
    KeyWatches.Watch watch =
        keyWatches.make(keys, version, reached -> changed(reached, query, then));
    loop.run(
        () -> {
          Replica replica = life.replica();
          if (replica == null || witness()) {
            blind.run();
          } else {
            keyWatches.add(watch, replica.log().index(), replica.appliedVersion());
          }
        });
    return () -> loop.run(() -> keyWatches.remove(watch));
  }

  private void changed(long version, Bytes query, GroupAccess.Sight then) {
    Replica replica = life.replica();
    if (query == null || version <= 0 || replica == null) {
      then.changed(version, null);
    } else {
      var level = new ReadLevel.Causal(new Gtid(replica.log().gtid().historyId(), version));
      sights.tell(version, then, done -> replica.read(query, level, done));
    }
  }

  private void applied(Replica replica, long version) {
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
    return Measurements.of(
        statusNow(), life.replica(), watches.size() + keyWatches.size(), figures);
  }

  /** The status; on the loop. */
  public GroupStatus statusNow() {
    Replica replica = life.replica();
    return replica != null ? replica.status().onStorage(storage.names()) : closedStatus(life.why());
  }

  private GroupStatus closedStatus(String reason) {
    return ClosedStatus.of(manifest, node.id(), storage.names(), life.failed(), reason);
  }
}
