package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * State in MapDB and snapshots as files, one folder per group: {@code <folder>/<group>/}. All groups
 * share one cache of pages. Thread-safe.
 */
public class MapdbStateStorage implements StateStorage {
  private final Path folder;
  private final Generation.Host host;
  private final Set<GroupId> open = new HashSet<>();

  /** With a cache of a sixteenth of the heap, from 1 to 64 MiB. */
  public MapdbStateStorage(Path folder) {
    this(folder, Math.max(1L << 20, Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16)));
  }

  /**
   * Over a folder, created when first needed.
   *
   * @param cacheBytes heap for unchanged pages of all groups together
   */
  public MapdbStateStorage(Path folder, long cacheBytes) {
    this(folder, cacheBytes, Disk.Guard.NONE);
  }

  /** With a guard that may fail what changes a file. */
  MapdbStateStorage(Path folder, long cacheBytes, Disk.Guard guard) {
    this.folder = folder;
    this.host = new Generation.Host(new PageCache(cacheBytes), guard);
  }

  @Override
  public String name() {
    return "mapdb";
  }

  @Override
  public boolean durable() {
    return true;
  }

  private Path folder(GroupId group) {
    return folder.resolve(group.name());
  }

  @Override
  public synchronized StateStore open(GroupId group) {
    Path own = folder(group);
    if (open.contains(group)) {
      throw FolderLock.locked(own);
    }
    Disk lock = FolderLock.take(own);
    try {
      StateStore store = new MapdbStateStore(own, host, () -> closed(group, lock));
      open.add(group);
      return store;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private synchronized void closed(GroupId group, Disk lock) {
    open.remove(group);
    lock.close();
  }

  @Override
  public SnapshotStore snapshots(GroupId group) {
    return new FileSnapshotStore(folder(group));
  }

  @Override
  public synchronized void delete(GroupId group) {
    if (open.contains(group)) {
      throw new IllegalStateException("the state of group " + group + " is open");
    }
    Disk.deleteFolder(folder(group));
  }

  @Override
  public void close() {
    // Each group's store holds its own files; nothing is shared but heap.
  }
}
