package org.quorate.simulator;

import org.quorate.core.replica.Replica;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.core.storage.StorageMark;
import org.quorate.core.storage.StorageMove;
import org.quorate.core.storage.StorageMove.Phase;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;

/** Where the replica of one process is on its node's disk, and its moves from one place to the other. */
final class Places {
  private static final int NONE = -1;

  private final World world;
  private final SimNode node;
  private final SimDisk disk;
  private final LogStorage[] logs = new LogStorage[2];
  private ReplicaStores stores;
  private StorageMove move;

  Places(World world, SimNode node) {
    this.world = world;
    this.node = node;
    this.disk = node.disk();
  }

  /** The stores of a process that starts, without what an earlier move left behind; blocks. */
  ReplicaStores open() {
    SimDisk.Mark found = disk.mark();
    if (found.deadLog() != NONE || found.deadState() != NONE) {
      ReplicaStores.deleteAll(World.GROUP, log(found.deadLog()), state(found.deadState()));
      disk.mark(new SimDisk.Mark(found.log(), found.state(), NONE, NONE));
    }
    stores = new ReplicaStores(World.GROUP, log(found.log()), state(found.state()));
    return stores;
  }

  /** A process opens each log storage once. */
  private LogStorage log(int place) {
    if (place == NONE) {
      return null;
    }
    if (logs[place] == null) {
      logs[place] = disk.logs(place);
    }
    return logs[place];
  }

  private StateStorage state(int place) {
    return place == NONE ? null : disk.states(place);
  }

  boolean moving() {
    return move != null && !move.phase().ended();
  }

  /** Begins to move the log, the state or both to the other place, unless a move is under way. */
  void move(Replica replica, boolean moveLog, boolean moveState, long timeoutMs) {
    SimDisk.Mark from = disk.mark();
    if (moving() || from.deadLog() != NONE || from.deadState() != NONE) {
      return;
    }
    SimDisk.Mark to =
        new SimDisk.Mark(
            moveLog ? 1 - from.log() : from.log(),
            moveState ? 1 - from.state() : from.state(),
            moveLog ? from.log() : NONE,
            moveState ? from.state() : NONE);
    move =
        new StorageMove(
            stores,
            moveLog ? log(to.log()) : null,
            moveState ? state(to.state()) : null,
            world.subject().sabotage().hastyMarks() ? new Hasty(from, to) : new Written(from, to),
            replica.storageHost(),
            node.loop(),
            node.workers(),
            this::reached);
    move.start(node.nowMs(), timeoutMs);
  }

  void tick() {
    if (move != null) {
      move.tick(node.nowMs());
    }
  }

  private void reached(Phase phase, String why) {
    world.trace(node, "storage move " + phase + (why.isEmpty() ? "" : ": " + why));
    if (phase == Phase.DONE) {
      world.mark(Mark.STORAGE_MOVED);
    } else if (phase == Phase.ABORTED) {
      world.mark(Mark.STORAGE_MOVE_ABORTED);
    }
  }

  /** The mark as the disk keeps it. */
  private class Written implements StorageMark {
    final SimDisk.Mark from;
    final SimDisk.Mark to;

    Written(SimDisk.Mark from, SimDisk.Mark to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public void begin() {
      disk.mark(
          new SimDisk.Mark(
              from.log(),
              from.state(),
              to.log() == from.log() ? NONE : to.log(),
              to.state() == from.state() ? NONE : to.state()));
    }

    @Override
    public void switched() {
      disk.mark(to);
    }

    @Override
    public void cleared() {
      SimDisk.Mark now = disk.mark();
      disk.mark(new SimDisk.Mark(now.log(), now.state(), NONE, NONE));
    }
  }

  /** Broken on purpose: the new place counts before it has anything. */
  private final class Hasty extends Written {
    Hasty(SimDisk.Mark from, SimDisk.Mark to) {
      super(from, to);
    }

    @Override
    public void begin() {
      super.begin();
      disk.mark(to);
    }
  }
}
