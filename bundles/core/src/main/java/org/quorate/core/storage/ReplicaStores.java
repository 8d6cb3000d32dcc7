package org.quorate.core.storage;

import org.quorate.api.GroupId;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;

/** The storages of one replica, as it is given them: a {@link StorageMove} exchanges what is behind. */
public final class ReplicaStores {
  private final GroupId group;
  private final MovableLogs logs;
  private final MovableStates states;

  public ReplicaStores(GroupId group, LogStorage log, StateStorage state) {
    this.group = group;
    this.logs = new MovableLogs(group, log);
    this.states = new MovableStates(state);
  }

  GroupId group() {
    return group;
  }

  /** For the replica. */
  public LogStorage logs() {
    return logs;
  }

  /** For the replica. */
  public StateStorage states() {
    return states;
  }

  MovableLogs movableLogs() {
    return logs;
  }

  MovableStates movableStates() {
    return states;
  }

  /** Bytes of the state on disk or heap, about; only while the replica is open. */
  public long stateBytes() {
    return states.sizeBytes();
  }

  /**
   * Deletes what a log storage and a state storage hold of the group, which must not be open there;
   * blocks.
   *
   * @param log null if none of it is to be deleted
   * @param state null if none of it is to be deleted
   */
  public static void deleteAll(GroupId group, LogStorage log, StateStorage state) {
    if (log != null) {
      log.links(group).forEach(epoch -> log.delete(group, epoch));
    }
    if (state != null) {
      state.delete(group);
    }
  }
}
