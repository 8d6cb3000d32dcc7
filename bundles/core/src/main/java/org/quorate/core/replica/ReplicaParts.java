package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.core.log.Applied;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.state.GroupStore;
import org.quorate.core.storage.StorageMove;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStore;

/**
 * The parts of a {@link Replica}: makes and connects them, gives each its share of a tick, and tells
 * the listeners what has changed. On the group's loop.
 */
final class ReplicaParts implements Links.Owner, Applied {
  final GroupStore store;
  final VirtualLog log;
  final Condition condition = new Condition();
  final Checkpoints checkpoints;
  final Callers callers;
  final Links links;
  final Inbox inbox;
  final StatusReport status;
  final Reconfiguration reconfiguration;
  final SwapClock swapClock;

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final StateStore stateStore;
  private final SnapshotStore snapshotStore;
  private final Offload offload;
  private final Snapshots snapshots;
  private final StateGuard guard;
  private final TimeKeeper timeKeeper;
  private final List<Runnable> changeListeners = new ArrayList<>();
  private final List<LongConsumer> appliedListeners = new ArrayList<>();
  private long announcedVersion;

  ReplicaParts(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      LogStorage logs,
      StateStore stateStore,
      SnapshotStore snapshotStore,
      StateMachine machine) {
    this.config = config;
    this.environment = environment;
    this.stateStore = stateStore;
    this.snapshotStore = snapshotStore;
    SplittableRandom ids = new SplittableRandom(environment.seed());
    long origin = ids.nextLong();
    store = new GroupStore(stateStore);
    Chain genesis = Chain.genesis(config.strategy(), config.genesis());
    log = new VirtualLog(store, machine, config.historyId(), genesis, this, this::linkState);
    announcedVersion = log.version();
    offload =
        new Offload(
            task -> environment.loop().execute(task), task -> environment.workers().execute(task));
    snapshots =
        new Snapshots(
            config,
            environment,
            offload,
            snapshotStore,
            ids,
            f -> fail(f.what() + ": " + f.cause().getMessage(), f.cause()));
    checkpoints =
        new Checkpoints(store, log, snapshotStore, offload, config, environment, snapshots);
    Guarded guarded = new Guarded(environment);
    long checkMs = config.options().number(ReplicaParameters.STATE_CHECK_MS);
    guard = new StateGuard(log, guarded, checkMs);
    callers =
        new Callers(
            config,
            environment,
            store,
            log,
            machine,
            offload,
            condition,
            checkpoints,
            guard,
            origin);
    links = new Links(config, environment, logs, log, offload, condition, callers, this);
    swapClock = new SwapClock(log, links.machine());
    snapshots.connect(checkpoints, guard, links, callers);
    guarded.connect(callers, links, snapshots, this);
    inbox = new Inbox(config.historyId(), links, snapshots, guard);
    status = new StatusReport(config, environment, log, condition, guard, callers, links.open());
    reconfiguration = new Reconfiguration(environment, log, callers, status, links.frames());
    long stepMs = config.options().number(ReplicaParameters.TIME_STEP_MS);
    timeKeeper = new TimeKeeper(log.sessions(), stepMs);
  }

  @Override
  public void outcome(long proposer, long ticket, Outcome outcome) {
    callers.outcome(proposer, ticket, outcome);
  }

  @Override
  public void marked(LogRecord.SnapshotMark mark) {
    snapshots.marked(mark);
  }

  private Bytes linkState(long inner) {
    return links.linkState(inner);
  }

  // ---- time --------------------------------------------------------------------------------

  boolean tick() {
    if (condition.over()) {
      return false;
    }
    long now = environment.nowMs();
    boolean due = links.tick(now, callers.size() > 0 || callers.installing());
    callers.expire(now, status.announced().hint());
    boolean swapping = log.chain().plan() != null;
    LogRecord.TimeStep step = timeKeeper.tick(status.announced().timekeeper(), swapping, now);
    if (step != null) {
      callers.submit(step, this::stepped);
    }
    checkpoints.tick(now);
    snapshots.transfer().sender().tick();
    guard.tick(status.announced(), now);
    boolean news = swapClock.tick(now);
    if (due && status.announce() || news) {
      changed();
    }
    return links.lively();
  }

  private void stepped(Outcome outcome) {
    if (outcome instanceof Committed done && !done.result().isEmpty()) {
      timeKeeper.delivered(done.result().longAt(0));
    } else {
      timeKeeper.lost();
    }
  }

  // ---- listeners ---------------------------------------------------------------------------

  void onChange(Runnable listener) {
    changeListeners.add(listener);
  }

  void onApplied(LongConsumer listener) {
    appliedListeners.add(listener);
  }

  // ---- what the links need -----------------------------------------------------------------

  @Override
  public void turned() {
    guard.look(status.announced());
    callers.answerReads();
    if (log.version() > announcedVersion) {
      announcedVersion = log.version();
      appliedListeners.forEach(l -> l.accept(announcedVersion));
      if (swapClock.turned(environment.nowMs())) {
        changed();
      }
    }
  }

  @Override
  public void changed() {
    swapClock.changed(environment.nowMs());
    changeListeners.forEach(Runnable::run);
  }

  @Override
  public void requestCheckpoint() {
    checkpoints.due();
  }

  @Override
  public void sendSnapshot(NodeId to, LogPoint point, List<NodeId> with) {
    snapshots.transfer().sender().send(to, point, with);
  }

  @Override
  public void askForSnapshot(NodeId peer) {
    snapshots.transfer().ask(peer);
  }

  @Override
  public void fail(String reason, Throwable cause) {
    if (condition.fail(reason)) {
      links.open().stop();
      environment.failed("group " + config.group() + ": " + reason, cause);
      callers.endAll(reason);
      changed();
    }
  }

  /** What a move to other storages needs. */
  StorageMove.Host storageHost() {
    return new StorageHost(log, checkpoints, snapshots.transfer(), this);
  }

  /** See {@link Replica#released}. */
  CompletionStage<Void> released() {
    return offload.released();
  }

  /** Stops at once; what is only in memory is in the log. Blocks for writes under way. */
  void close() {
    if (!condition.closed()) {
      condition.close();
      offload.close();
      checkpoints.close();
      links.open().close();
      snapshotStore.close();
      stateStore.close();
      callers.endAll("the replica was closed");
    }
  }
}
