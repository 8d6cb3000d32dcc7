package org.quorate.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;

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

  private final ReplicaStores stores;
  private final LogMove log;
  private final StateMove state;
  private final StorageMark mark;
  private final Host host;
  private final Executor loop;
  private final Executor workers;
  private final Listener listener;
  private Phase phase = Phase.PREPARING;
  private String waitingFor = "";
  private String aborting;
  private long deadlineMs = Long.MAX_VALUE;
  private long nowMs;
  private boolean working;
  private boolean deciding;
  private boolean failed;
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
    Steps steps = new Steps();
    this.log = log == null ? null : new LogMove(stores, log, loop, steps);
    this.state = state == null ? null : new StateMove(stores, state, host, steps);
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
          ReplicaStores.deleteAll(
              stores.group(), log == null ? null : log.to(), state == null ? null : state.to());
          return null;
        },
        done -> prepared(),
        why -> abort(text(why)));
  }

  private void prepared() {
    if (!goOn()) {
      return;
    }
    if (log == null) {
      reach(Phase.COPYING_STATE, "");
    } else {
      log.begin();
      reach(Phase.COPYING_LOG, "");
    }
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
    if (phase.ended() || failed) {
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
      case COPYING_LOG -> log.copy(nowMs, () -> reach(Phase.COPYING_STATE, ""));
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

  /** The process has to stop; until then nothing more is done. */
  private void fail(String why, RuntimeException cause) {
    failed = true;
    host.failed(why, cause);
  }

  private static String text(RuntimeException why) {
    return why.getMessage() == null ? why.toString() : why.getMessage();
  }

  /** What the parts ask. */
  private final class Steps implements MoveSteps {
    @Override
    public <T> void work(String what, Supplier<T> task, Consumer<T> then) {
      StorageMove.this.work(task, then, why -> broke(what, why));
    }

    @Override
    public void await(String what) {
      waitingFor = what;
    }

    @Override
    public boolean goOn() {
      return StorageMove.this.goOn();
    }

    @Override
    public void broke(String what, RuntimeException why) {
      if (deciding && phase != Phase.ABORTED) {
        fail(what + ", which the replica moves to: " + text(why), why);
      } else {
        abort(what + ": " + text(why));
      }
    }

    @Override
    public void damaged(String what, RuntimeException why) {
      fail(what + ", which the replica is on: " + text(why), why);
    }

    @Override
    public void checkpoint() {
      host.checkpoint();
    }
  }

  private boolean goOn() {
    return aborting == null && cancelled == null;
  }

  // ---- the state -----------------------------------------------------------------------------

  private void copyState() {
    if (state == null) {
      reach(Phase.SWITCHING, "");
      decide();
    } else {
      state.copy(this::rested, this::copied);
    }
  }

  private boolean rested() {
    boolean wanted = !working && goOn() && phase == Phase.COPYING_STATE;
    if (!wanted) {
      drive();
    }
    return wanted;
  }

  private void copied() {
    if (goOn()) {
      reach(Phase.SWITCHING, "");
    }
  }

  // ---- the decision --------------------------------------------------------------------------

  private void decide() {
    if (log != null && !log.safe()) {
      return;
    }
    deciding = true;
    work(
        () -> {
          mark.switched();
          return null;
        },
        done -> switched(),
        why -> fail("which storage counts could not be written down: " + text(why), why));
  }

  private void switched() {
    if (log != null) {
      log.promote();
    }
    if (state != null) {
      state.promote();
      state.release();
    }
    reach(Phase.CLEANING, "");
  }

  // ---- the end -------------------------------------------------------------------------------

  private void clean() {
    if (stores.movableLogs().quiet() && (state == null || !state.oldIsRead())) {
      finish(Phase.DONE, log == null ? null : log.from(), state == null ? null : state.from(), "");
    }
  }

  private void giveUp() {
    if (state != null && state.resting()) {
      return;
    }
    if (log != null) {
      log.drop();
    }
    if (state != null) {
      state.release();
    }
    if (stores.movableLogs().quiet()) {
      finish(
          Phase.ABORTED,
          log == null ? null : log.to(),
          state == null ? null : state.to(),
          aborting);
    }
  }

  private void finish(Phase end, LogStorage deadLog, StateStorage deadState, String why) {
    List<AutoCloseable> dead = toClose();
    work(
        () -> {
          String left = "";
          try {
            closeAll(dead);
            ReplicaStores.deleteAll(stores.group(), deadLog, deadState);
            mark.cleared();
          } catch (RuntimeException e) {
            left = "what is left there is deleted at the next start: " + text(e);
          }
          return left;
        },
        left -> reach(end, left.isEmpty() || why.isEmpty() ? why + left : why + "; " + left),
        impossible -> fail("ending a move: " + text(impossible), impossible));
  }

  private List<AutoCloseable> toClose() {
    List<AutoCloseable> dead = new ArrayList<>();
    if (log != null) {
      dead.addAll(log.toClose());
    }
    if (state != null) {
      dead.addAll(state.toClose());
    }
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
      log.drop();
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
