package org.quorate.tck.storage;

import java.util.List;
import java.util.concurrent.Executor;
import org.quorate.api.GroupId;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/** Storages that tell before and after what changes them as a whole. */
final class SteppedStorages {
  private SteppedStorages() {}

  static LogStorage logs(LogStorage storage, Runnable step) {
    return logs(storage, step, () -> {});
  }

  /**
   * The same.
   *
   * @param opening runs before a log is opened, and may keep it from that
   */
  static LogStorage logs(LogStorage storage, Runnable step, Runnable opening) {
    return new LogStorage() {
      @Override
      public String name() {
        return storage.name();
      }

      @Override
      public boolean durable() {
        return storage.durable();
      }

      @Override
      public boolean movable() {
        return storage.movable();
      }

      @Override
      public List<Long> links(GroupId group) {
        return storage.links(group);
      }

      @Override
      public LinkStore open(GroupId group, long epoch, Executor loop) {
        step.run();
        opening.run();
        LinkStore store = storage.open(group, epoch, loop);
        step.run();
        return store;
      }

      @Override
      public void delete(GroupId group, long epoch) {
        step.run();
        storage.delete(group, epoch);
        step.run();
      }

      @Override
      public void close() {}
    };
  }

  static StateStorage states(StateStorage storage, Runnable step) {
    return new StateStorage() {
      @Override
      public String name() {
        return storage.name();
      }

      @Override
      public boolean durable() {
        return storage.durable();
      }

      @Override
      public StateStore open(GroupId group) {
        step.run();
        return storage.open(group);
      }

      @Override
      public SnapshotStore snapshots(GroupId group) {
        return storage.snapshots(group);
      }

      @Override
      public void delete(GroupId group) {
        step.run();
        storage.delete(group);
        step.run();
      }

      @Override
      public void close() {}
    };
  }

  /** Hears what a disk tells. */
  static class Quiet implements SimDisk.Listener {
    @Override
    public void truncated() {}

    @Override
    public void corruptionFound(String what) {
      throw new AssertionError(what);
    }

    @Override
    public void stableSaved(String node) {}

    @Override
    public void stateReplaced(String node) {}

    @Override
    public void wroteAfterCorruption(String what) {}
  }
}
