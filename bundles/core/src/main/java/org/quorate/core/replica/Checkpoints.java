package org.quorate.core.replica;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.SavedLog;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.snapshot.SnapshotTransfer;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.storage.StateCursor;

/**
 * Moves the memtable to the state store, off the loop, and lets snapshots read or replace the store
 * in between; one of these at a time.
 */
final class Checkpoints {
  /** What the replica does for it. */
  interface Owner {
    /** The active link's opaque state at the applied index. */
    Bytes linkState(long inner);

    /** Whether the state stands between two steps of the active link. */
    boolean whole();

    /** A snapshot up to this point is not wanted. */
    LogPoint useless();

    /** The state up to this point, with this chain, needs the log no more. */
    void checkpointed(LogPoint point, Chain chain);

    /** A snapshot begins to replace the store. */
    void installing();

    /** The store was replaced by a snapshot; the log has taken it over. */
    void installed();

    void failed(String what, RuntimeException why);
  }

  private final GroupStore store;
  private final VirtualLog log;
  private final SnapshotStore snapshots;
  private final Offload offload;
  private final Owner owner;
  private final StoreQueue queue = new StoreQueue();
  private final CheckpointBudget.Account account;
  private final CheckpointPace pace;
  private final SplittableRandom jitter;
  private final long maxBytes;
  private final long maxAgeMs;
  private final int chunkBytes;
  private boolean requested; // one is queued, or deferred
  private boolean deferred; // until there is a turn, and a step is executed
  private boolean urgent; // someone waits for the next one
  private boolean installing;
  private long dueBytes;
  private LogPoint checkpointed;
  private long dirtySinceMs = -1;
  private long lastTickMs;
  private long completed;
  private long tookMs;

  Checkpoints(
      GroupStore store,
      VirtualLog log,
      SnapshotStore snapshots,
      Offload offload,
      ReplicaConfig config,
      ReplicaEnvironment environment,
      Owner owner) {
    this.store = store;
    this.log = log;
    this.snapshots = snapshots;
    this.offload = offload;
    this.owner = owner;
    this.account = environment.checkpointBudget().open();
    this.pace = new CheckpointPace(account);
    this.jitter = new SplittableRandom(environment.seed() ^ 0x636865636bL);
    this.checkpointed = log.point();
    this.maxBytes = config.options().number(ReplicaParameters.CHECKPOINT_BYTES);
    this.maxAgeMs = config.options().number(ReplicaParameters.CHECKPOINT_MS);
    this.chunkBytes = (int) config.options().number(ReplicaParameters.SNAPSHOT_CHUNK_BYTES);
    draw();
  }

  /** Replicas that share a disk must not all write at the same moment, checkpoint for checkpoint. */
  private void draw() {
    dueBytes = maxBytes - (long) (jitter.nextDouble() * maxBytes / 4);
  }

  /** True while a snapshot replaces the state: nothing may be applied. */
  boolean installing() {
    return installing;
  }

  /** Looks whether a checkpoint is due. */
  void tick(long nowMs) {
    lastTickMs = nowMs;
    if (store.activeBytes() == 0) {
      dirtySinceMs = -1;
    } else if (dirtySinceMs < 0) {
      dirtySinceMs = nowMs;
    }
    if (account.scarce()) {
      store.forget();
    }
    account.holds(store.heldBytes());
    pace.fullness(Math.max((double) store.activeBytes() / maxBytes, account.share()));
    boolean old = dirtySinceMs >= 0 && nowMs - dirtySinceMs > maxAgeMs;
    if (deferred) {
      if (!queue.idle()) {
        account.withdraw();
      }
      enqueue();
    } else if (!requested
        && !installing
        && (old
            || store.activeBytes() > dueBytes
            || store.activeBytes() > 0 && account.pressed())) {
      enqueue();
    }
  }

  private void enqueue() {
    requested = true;
    deferred = false;
    queue.submit(this::checkpoint);
  }

  /** Whether the node's memory for changes is used up. */
  boolean full() {
    return account.full();
  }

  void close() {
    pace.urgent(true);
    account.close();
  }

  /** Checkpoints written since the start. */
  long completed() {
    return completed;
  }

  /** How long they took, to the accuracy of a tick. */
  long tookMs() {
    return tookMs;
  }

  /** Checkpoints at the usual pace: nobody waits for it. */
  void due() {
    if (!requested && !installing) {
      enqueue();
    }
  }

  /** Checkpoints as soon and as fast as it goes: someone waits for it. */
  void request() {
    if (installing) {
      return;
    }
    urgent = true;
    pace.urgent(true);
    if (deferred || !requested) {
      enqueue();
    }
  }

  /** Runs after what is under way. */
  void whenIdle(Runnable then) {
    queue.submit(
        done -> {
          done.run();
          then.run();
        });
  }

  private void checkpoint(Runnable done) {
    LogPoint point = log.point();
    if (checkpointed.reaches(point)) {
      requested = false;
      account.withdraw();
      done.run();
      return;
    }
    if (!owner.whole() || !account.begin(urgent)) {
      deferred = true;
      done.run();
      return;
    }
    requested = false;
    pace.urgent(urgent);
    urgent = false;
    draw();
    setAside(point);
    commit(point, log.chain(), done);
  }

  private void setAside(LogPoint point) {
    log.save(owner.linkState(point.inner()));
    store.mark(log.position());
    dirtySinceMs = -1;
  }

  private void commit(LogPoint point, Chain chain, Runnable then) {
    store.freezeMarked();
    long startedMs = lastTickMs;
    offload.run(
        () -> {
          store.commitFrozen(pace);
          return point;
        },
        durable -> {
          checkpointed = durable;
          store.thaw();
          account.end();
          pace.urgent(urgent);
          completed++;
          tookMs += lastTickMs - startedMs;
          owner.checkpointed(durable, chain);
          then.run();
        },
        why -> owner.failed("checkpoint of the state", why));
  }

  /**
   * Hands out the store at rest at exactly the point where the log is now. The state is set aside at
   * once and goes on being written to; it gets to the store as soon as what is under way has ended.
   *
   * @return false if that cannot be: another such state still waits
   */
  boolean imageNow(SnapshotHost.ImageUser user) {
    if (installing || store.marked()) {
      return false;
    }
    LogPoint point = log.point();
    Chain chain = log.chain();
    setAside(point);
    queue.submitFirst(
        done -> {
          account.begin(true);
          pace.urgent(true);
          commit(point, chain, () -> user.use(store.store(), point, done));
        });
    return true;
  }

  /** Hands out the store at rest at or after a point. */
  void withImage(LogPoint point, SnapshotHost.ImageUser user) {
    if (!checkpointed.reaches(point)) {
      request();
    }
    queue.submit(done -> user.use(store.store(), checkpointed, done));
  }

  /** Replaces the state by a complete snapshot, unless it is behind. */
  void install(SnapshotId id, Consumer<Boolean> then) {
    queue.submit(done -> replace(id, then, done));
  }

  private void replace(SnapshotId id, Consumer<Boolean> then, Runnable done) {
    LogPoint point = new LogPoint(id.epoch(), id.inner());
    if (owner.useless().reaches(point)) {
      done.run();
      then.accept(true);
      return;
    }
    installing = true;
    owner.installing();
    offload.run(
        () -> {
          try (SnapshotStore.Reader file = snapshots.read(id)) {
            long position;
            try (StateCursor entries = SnapshotTransfer.entries(file, chunkBytes)) {
              position = SavedLog.position(entries);
            }
            try (StateCursor entries = SnapshotTransfer.entries(file, chunkBytes)) {
              store.store().replace(entries, position);
            }
          }
          snapshots.delete(id);
          return point;
        },
        at -> {
          checkpointed = at;
          store.discard();
          log.load();
          installing = false;
          done.run();
          owner.installed();
          then.accept(true);
        },
        why -> owner.failed("installing a snapshot", why));
  }
}
