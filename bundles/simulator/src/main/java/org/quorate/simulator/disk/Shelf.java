package org.quorate.simulator.disk;

import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.files.LogOnFiles;

/** One of the places on a node's disk where a replica can keep its log and its state. */
final class Shelf {
  private final SimDisk disk;
  private final String path;
  private final String name;
  private final Logs logs;
  private final Map<GroupId, SimState> states = new TreeMap<>();
  private final Map<GroupId, SimSnapshots> snapshots = new TreeMap<>();

  Shelf(SimDisk disk, String path, String name, LogOnFiles logStorage) {
    this.disk = disk;
    this.path = path;
    this.name = name;
    logs =
        logStorage == null
            ? new RecordLogs(disk, path)
            : new FileLogs(disk, logStorage, path + "/" + logStorage.name());
  }

  void crash() {
    logs.crash();
    snapshots.values().forEach(SimSnapshots::crash);
  }

  boolean damageLog() {
    return logs.damage();
  }

  boolean damageState(GroupId group) {
    return states.containsKey(group) && states.get(group).damage();
  }

  boolean keeps(SimState state) {
    return states.containsValue(state);
  }

  boolean stateCovers(GroupId group, LogPoint at, long planId) {
    SimState state = states.get(group);
    return state != null && state.covers(at, planId);
  }

  boolean logHolds(GroupId group, LogPoint at, long planId, Bytes payload, boolean atIndex) {
    return logs.holds(group, Chain.store(planId), at.inner(), payload, atIndex);
  }

  /** The logs as one process opens them. */
  LogStorage logs() {
    return logs.open();
  }

  /** State and snapshots as one process opens them. */
  StateStorage states() {
    return new StateStorage() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean durable() {
        return true;
      }

      @Override
      public StateStore open(GroupId group) {
        return states
            .computeIfAbsent(group, g -> new SimState(disk, path + "/" + g + "/state"))
            .open();
      }

      @Override
      public SnapshotStore snapshots(GroupId group) {
        return snapshots.computeIfAbsent(
            group, g -> new SimSnapshots(disk, path + "/" + g + "/snapshot"));
      }

      @Override
      public void delete(GroupId group) {
        states.remove(group);
        snapshots.remove(group);
      }

      @Override
      public void close() {}
    };
  }
}
