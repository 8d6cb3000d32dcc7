package org.quorate.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * Moves a replica that serves to other storages. The logs are mirrored first, then the state is
 * copied while it stands still; then each promise waits for both logs, so that at the moment in which
 * the {@link StorageMark} changes either side knows all that was ever promised. Before that moment
 * any failure of the new storages ends the move and nothing else.
 *
 * <p>On the group's loop; what blocks runs on workers, one task at a time.
 */
public final class StorageMove {
  /** How far it is. */
  public enum Phase {
    /** What the new storages still hold of the group is deleted. */
    PREPARING,
    /** The logs are brought level. */
    COPYING_LOG,
    /** The state is copied. */
    COPYING_STATE,
    /** Promises wait for both sides; the mark is written. */
    SWITCHING,
    /** The new storages are the replica's; what the old ones hold is deleted. */
    CLEANING,
    DONE,
    /** Given up: the replica is where it was. */
    ABORTED;

    /** Whether nothing more comes. */
    public boolean ended() {
      return this == DONE || this == ABORTED;
    }
  }

  /** What a move needs of the replica; on the group's loop. */
  public interface Host {
    /** Calls back with the state at rest: nothing is written to it until it is released. */
    void atRest(SnapshotHost.ImageUser user);

    /** Takes no snapshot from now on; false if one is just being worked on. */
    boolean suspendSnapshots();

    void resumeSnapshots();

    /** Whether a snapshot is being sent. */
    boolean sendingSnapshots();

    /** Asks for a checkpoint: links that have ended are deleted after one. */
    void checkpoint();

    /** It is not known any more which storage holds the truth: the process has to stop. */
    void failed(String why, Throwable cause);
  }

  /** Told of each phase; {@code why} it was given up, or what was left behind, or empty. */
  public interface Listener {
    void reached(Phase phase, String why);
  }

  private static final long LOOK_MS = 200;

  private final ReplicaStores stores;
  private final LogStorage log;
  private final StateStorage state;
  private final LogStorage oldLog;
  private final StateStorage oldState;
  private final StorageMark mark;
  private final Host host;
  private final Executor loop;
  private final Executor workers;
  private final Listener listener;
  private final List<AutoCloseable> own = new ArrayList<>();
  private Phase phase = Phase.PREPARING;
  private StateStore newState;
  private SnapshotStore newSnapshots;
  private MovableStates.Old old;
  private Runnable release;
  private String waitingFor = "";
  private String aborting;
  private long deadlineMs = Long.MAX_VALUE;
  private long lookAtMs;
  private long nowMs;
  private boolean working;
  private boolean suspended;
  private boolean resting;
  private boolean deciding;
  private Runnable cancelled;

  /**
   * A move that {@link #start} begins.
   *
   * @param log to go on with; null to keep the one there is
   * @param state to go on with; null to keep the one there is
   */
  public StorageMove(
      ReplicaStores stores,
      LogStorage log,
      StateStorage state,
      StorageMark mark,
      Host host,
      Executor loop,
      Executor workers,
      Listener listener) {
    this.stores = stores;
    this.log = log;
    this.state = state;
    this.oldLog = log == null ? null : stores.movableLogs().live();
    this.oldState = state == null ? null : stores.movableStates().live();
    this.mark = mark;
    this.host = host;
    this.loop = loop;
    this.workers = workers;
    this.listener = listener;
  }

  /**
   * Begins.
   *
   * @param timeoutMs after so long without reaching {@link Phase#CLEANING} it is given up
   */
  public void start(long now, long timeoutMs) {
    nowMs = now;
    deadlineMs = now + timeoutMs;
    listener.reached(phase, "");
    work(
        () -> {
          mark.begin();
          ReplicaStores.deleteAll(group(), log, state);
          return null;
        },
        done -> copyLog(),
        why -> abort(log(why)));
  }

  private GroupId group() {
    return stores.group();
  }

  public Phase phase() {
    return phase;
  }

  /** Moves it on; now and then. */
  public void tick(long now) {
    nowMs = now;
    drive();
  }

  /** Gives it up, unless it has come too far. */
  public void abort(String why) {
    if (aborting == null && phase.ordinal() < Phase.CLEANING.ordinal() && !deciding) {
      aborting = why;
      drive();
    }
  }

  private void drive() {
    if (working) {
      return;
    }
    if (cancelled != null) {
      closeOwn();
      return;
    }
    if (phase.ended()) {
      return;
    }
    if (phase.ordinal() < Phase.CLEANING.ordinal() && aborting == null && nowMs > deadlineMs) {
      aborting = "it was not done in time" + (waitingFor.isEmpty() ? "" : ": " + waitingFor);
    }
    if (aborting != null) {
      giveUp();
      return;
    }
    switch (phase) {
      case COPYING_LOG -> mirror();
      case COPYING_STATE -> copyState();
      case SWITCHING -> decide();
      case CLEANING -> clean();
      default -> {}
    }
  }

  private void reach(Phase next, String why) {
    phase = next;
    waitingFor = "";
    listener.reached(next, why);
  }

  /** Runs what blocks, one at a time, and goes on with its result on the loop. */
  private <T> void work(Supplier<T> task, Consumer<T> then, Consumer<RuntimeException> failed) {
    working = true;
    workers.execute(
        () -> {
          T result;
          try {
            result = task.get();
          } catch (RuntimeException e) {
            loop.execute(() -> worked(() -> failed.accept(e)));
            return;
          }
          loop.execute(() -> worked(() -> then.accept(result)));
        });
  }

  private void worked(Runnable then) {
    working = false;
    then.run();
    drive();
  }

  private static String log(RuntimeException why) {
    return why.getMessage() == null ? why.toString() : why.getMessage();
  }

  // ---- the logs ------------------------------------------------------------------------------

  private void copyLog() {
    if (aborting != null || cancelled != null) {
      return;
    }
    if (log == null) {
      reach(Phase.COPYING_STATE, "");
    } else {
      stores.movableLogs().begin(log, why -> loop.execute(() -> mirrorBroke(why)));
      reach(Phase.COPYING_LOG, "");
    }
  }

  private void mirrorBroke(RuntimeException why) {
    if (deciding && phase == Phase.SWITCHING) {
      host.failed("log '" + log.name() + "', which the replica moves to: " + log(why), why);
    } else {
      abort("log '" + log.name() + "': " + log(why));
    }
  }

  private void mirror() {
    MovableLogs logs = stores.movableLogs();
    for (long epoch : logs.epochs()) {
      MovableLink link = logs.link(epoch);
      if (link != null && !link.mirrored()) {
        work(
            () -> log.open(group(), epoch, loop),
            store -> attach(epoch, link, store),
            why -> abort(log(why)));
        return;
      }
    }
    if (!logs.inStep()) {
      waitingFor = "the log is still being copied";
    } else if (nowMs >= lookAtMs) {
      lookAtMs = nowMs + LOOK_MS;
      work(() -> oldLog.links(group()), this::looked, why -> abort(log(why)));
    }
  }

  private void attach(long epoch, MovableLink link, LinkStore store) {
    if (stores.movableLogs().link(epoch) == link && aborting == null && cancelled == null) {
      link.attach(store, why -> loop.execute(() -> mirrorBroke(why)));
    } else {
      own.add(store);
    }
  }

  /** A link that is closed and not deleted yet would be forgotten: it has to go first. */
  private void looked(List<Long> all) {
    MovableLogs logs = stores.movableLogs();
    List<Long> left = new ArrayList<>(all);
    left.removeAll(logs.epochs());
    if (!left.isEmpty()) {
      waitingFor = "links " + left + " have ended or wait for their strategy, and are not deleted";
      host.checkpoint();
    } else if (logs.inStep()) {
      reach(Phase.COPYING_STATE, "");
    }
  }

  // ---- the state -----------------------------------------------------------------------------

  private void copyState() {
    if (state == null) {
      reach(Phase.SWITCHING, "");
      decide();
    } else if (!suspended) {
      suspended = host.suspendSnapshots();
      waitingFor = "a snapshot is being received";
      if (suspended) {
        waitingFor = "a checkpoint is under way";
        resting = true;
        host.atRest((image, point, freed) -> copy(image, freed));
      }
    }
  }

  private void copy(StateStore image, Runnable freed) {
    resting = false;
    release = freed;
    if (working || aborting != null || cancelled != null || phase != Phase.COPYING_STATE) {
      drive();
      return;
    }
    work(
        () -> {
          newState = state.open(group());
          newSnapshots = state.snapshots(group());
          try (StateCursor all = image.scan(Bytes.EMPTY, null)) {
            newState.replace(all, image.applied());
          }
          return null;
        },
        done -> {
          if (aborting == null && cancelled == null) {
            reach(Phase.SWITCHING, "");
          }
        },
        why -> abort("storage '" + state.name() + "': " + log(why)));
  }

  // ---- the decision --------------------------------------------------------------------------

  private void decide() {
    MovableLogs logs = stores.movableLogs();
    if (log != null) {
      if (!logs.inStep()) {
        return;
      }
      logs.require();
      if (!logs.safe()) {
        waitingFor = "log '" + log.name() + "' has not written all that was promised";
        return;
      }
    }
    deciding = true;
    work(
        () -> {
          mark.switched();
          return null;
        },
        done -> switched(),
        why -> host.failed("which storage counts could not be written down: " + log(why), why));
  }

  private void switched() {
    if (log != null) {
      own.addAll(stores.movableLogs().promote());
    }
    if (state != null) {
      old = stores.movableStates().promote(state, newState, newSnapshots);
      newState = null;
      newSnapshots = null;
    }
    rest();
    reach(Phase.CLEANING, "");
  }

  /** Lets checkpoints and snapshots go on. */
  private void rest() {
    if (release != null) {
      Runnable freed = release;
      release = null;
      freed.run();
    }
    if (suspended) {
      suspended = false;
      host.resumeSnapshots();
    }
  }

  // ---- the end -------------------------------------------------------------------------------

  private void clean() {
    if (old != null && (old.read() || host.sendingSnapshots())) {
      return;
    }
    finish(Phase.DONE, oldLog, oldState, "");
  }

  private void giveUp() {
    if (resting) {
      return;
    }
    if (log != null) {
      own.addAll(stores.movableLogs().drop());
    }
    rest();
    if (stores.movableLogs().quiet()) {
      finish(Phase.ABORTED, log, state, aborting);
    }
  }

  private void finish(Phase end, LogStorage deadLog, StateStorage deadState, String why) {
    List<AutoCloseable> dead = toClose();
    work(
        () -> {
          String left = "";
          try {
            closeAll(dead);
            ReplicaStores.deleteAll(group(), deadLog, deadState);
            mark.cleared();
          } catch (RuntimeException e) {
            left = "what is left there is deleted at the next start: " + log(e);
          }
          return left;
        },
        left -> reach(end, left.isEmpty() || why.isEmpty() ? why + left : why + "; " + left),
        impossible -> host.failed("ending a move: " + log(impossible), impossible));
  }

  private List<AutoCloseable> toClose() {
    List<AutoCloseable> dead = new ArrayList<>(own);
    own.clear();
    if (newState != null) {
      dead.add(newState);
    }
    if (newSnapshots != null) {
      dead.add(newSnapshots);
    }
    if (old != null) {
      dead.add(old::close);
    }
    newState = null;
    newSnapshots = null;
    old = null;
    return dead;
  }

  private static void closeAll(List<AutoCloseable> all) {
    RuntimeException first = null;
    for (AutoCloseable each : all) {
      try {
        each.close();
      } catch (Exception e) {
        RuntimeException why =
            e instanceof RuntimeException r ? r : new IllegalStateException(e.toString(), e);
        first = first == null ? why : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * The replica is closed in this very turn: the move ends where it is, and the mark says what
   * counts.
   *
   * @param then runs on the loop when nothing of the move is under way any more
   */
  public void cancel(Runnable then) {
    if (phase.ended()) {
      then.run();
      return;
    }
    cancelled = then;
    if (log != null && phase.ordinal() < Phase.CLEANING.ordinal() && !deciding) {
      own.addAll(stores.movableLogs().drop());
    }
    drive();
  }

  private void closeOwn() {
    Runnable then = cancelled;
    cancelled = null;
    List<AutoCloseable> dead = toClose();
    phase = Phase.ABORTED;
    work(
        () -> {
          closeAll(dead);
          return null;
        },
        done -> then.run(),
        why -> then.run());
  }
}
