package org.quorate.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/** The state of a {@link StorageMove}: copied while it stands still, then exchanged. On the loop. */
final class StateMove {
  private final GroupId group;
  private final MovableStates states;
  private final StateStorage from;
  private final StateStorage to;
  private final StorageMove.Host host;
  private final MoveSteps steps;
  private StateStore state;
  private SnapshotStore snapshots;
  private MovableStates.Old old;
  private Runnable release;
  private boolean suspended;
  private boolean resting;

  StateMove(ReplicaStores stores, StateStorage to, StorageMove.Host host, MoveSteps steps) {
    this.group = stores.group();
    this.states = stores.movableStates();
    this.from = states.live();
    this.to = to;
    this.host = host;
    this.steps = steps;
  }

  StateStorage from() {
    return from;
  }

  StateStorage to() {
    return to;
  }

  /** Whether a state at rest is asked for and not there yet. */
  boolean resting() {
    return resting;
  }

  /**
   * Asks for a state at rest, and copies it.
   *
   * @param rested runs when the state is at rest; says whether it is still to be copied
   * @param copied runs when it is
   */
  void copy(BooleanSupplier rested, Runnable copied) {
    if (suspended) {
      return;
    }
    suspended = host.suspendSnapshots();
    steps.await("a snapshot is being received");
    if (suspended) {
      steps.await("a checkpoint is under way");
      resting = true;
      host.atRest(
          (image, point, freed) -> {
            resting = false;
            release = freed;
            if (rested.getAsBoolean()) {
              copy(image, copied);
            }
          });
    }
  }

  private void copy(StateStore image, Runnable copied) {
    steps.work(
        "storage '" + to.name() + "'",
        () -> {
          state = to.open(group);
          snapshots = to.snapshots(group);
          try (StateCursor all = image.scan(Bytes.EMPTY, null)) {
            state.replace(all, image.applied());
          }
          return null;
        },
        done -> copied.run());
  }

  void promote() {
    old = states.promote(to, state, snapshots);
    state = null;
    snapshots = null;
  }

  /** Lets checkpoints and snapshots go on. */
  void release() {
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

  /** Whether somebody still reads what was exchanged. */
  boolean oldIsRead() {
    return old != null && (old.read() || host.sendingSnapshots());
  }

  /** What is to be closed, once. */
  List<AutoCloseable> toClose() {
    List<AutoCloseable> dead = new ArrayList<>();
    if (state != null) {
      dead.add(state);
    }
    if (snapshots != null) {
      dead.add(snapshots);
    }
    if (old != null) {
      dead.add(old::close);
    }
    state = null;
    snapshots = null;
    old = null;
    return dead;
  }
}
