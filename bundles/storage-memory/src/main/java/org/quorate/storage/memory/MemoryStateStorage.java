package org.quorate.storage.memory;

import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/**
 * State and snapshots on the heap, limited by it. They outlive the closing of a group, so that a
 * parked replica finds its state again, but not this object. Thread-safe.
 */
public class MemoryStateStorage implements StateStorage {
  private final Map<GroupId, MemoryStateStore> states = new TreeMap<>();
  private final Map<GroupId, MemorySnapshotStore> snapshots = new TreeMap<>();

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean durable() {
    return false;
  }

  @Override
  public synchronized StateStore open(GroupId group) {
    MemoryStateStore store = states.computeIfAbsent(group, g -> new MemoryStateStore());
    if (!store.open()) {
      throw new StorageException(
          StorageException.Kind.LOCKED, "the state of group " + group + " is open already");
    }
    return store;
  }

  @Override
  public synchronized SnapshotStore snapshots(GroupId group) {
    return snapshots.computeIfAbsent(group, g -> new MemorySnapshotStore());
  }

  @Override
  public synchronized void delete(GroupId group) {
    MemoryStateStore store = states.get(group);
    if (store != null && store.isOpen()) {
      throw new IllegalStateException("the state of group " + group + " is open");
    }
    states.remove(group);
    snapshots.remove(group);
  }

  @Override
  public synchronized void close() {
    states.clear();
    snapshots.clear();
  }
}
