package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/**
 * Logs in MapDB, one folder per link: {@code <folder>/<group>/<epoch>/}. For small logs: each commit
 * of a link costs two syncs, and links are not synced together; {@code journal} does that better.
 * Thread-safe.
 */
public class MapdbLogStorage implements LogStorage {
  private static final long CACHE_BYTES = 1L << 20;

  /** A link of a group. */
  private record Name(String group, long epoch) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      int order = group.compareTo(other.group);
      return order != 0 ? order : Long.compare(epoch, other.epoch);
    }
  }

  private final Path folder;
  private final Generation.Host host;
  private final Map<Name, MapdbLink> open = new TreeMap<>();
  private final ExecutorService worker = Executors.newSingleThreadExecutor(MapdbLogStorage::thread);

  /** Over a folder, created when first needed. */
  public MapdbLogStorage(Path folder) {
    this(folder, Disk.Guard.NONE);
  }

  /** With a guard that may fail what changes a file. */
  MapdbLogStorage(Path folder, Disk.Guard guard) {
    this.folder = folder;
    this.host = new Generation.Host(new PageCache(CACHE_BYTES), guard);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "quorate-mapdb-log");
    thread.setDaemon(true);
    // The creator's loader must not live as long as this thread, and MapDB does not go without one.
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    return thread;
  }

  @Override
  public String name() {
    return "mapdb";
  }

  @Override
  public boolean durable() {
    return true;
  }

  private Path folder(Name name) {
    return folder.resolve(name.group()).resolve(Long.toString(name.epoch()));
  }

  @Override
  public synchronized LinkStore open(GroupId group, long epoch, Executor loop) {
    Name name = new Name(group.name(), epoch);
    if (open.containsKey(name)) {
      throw new IllegalStateException("the log of " + group + ", epoch " + epoch + ", is open");
    }
    Path own = folder(name);
    Disk lock = FolderLock.take(own);
    try {
      MapdbStateStore store = new MapdbStateStore(own, host, () -> closed(name, lock));
      MapdbLink link = new MapdbLink(store, own, loop, worker);
      open.put(name, link);
      return link;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private synchronized void closed(Name name, Disk lock) {
    open.remove(name);
    lock.close();
  }

  @Override
  public synchronized void delete(GroupId group, long epoch) {
    Name name = new Name(group.name(), epoch);
    if (open.containsKey(name)) {
      throw new IllegalStateException("the log of " + group + ", epoch " + epoch + ", is open");
    }
    Disk.deleteFolder(folder(name));
  }

  @Override
  public boolean movable() {
    return true;
  }

  @Override
  public synchronized List<Long> links(GroupId group) {
    return Disk.names(folder.resolve(group.name())).stream()
        .filter(name -> name.matches("\\d+"))
        .map(Long::parseLong)
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    ArrayList<MapdbLink> links;
    synchronized (this) {
      links = new ArrayList<>(open.values());
    }
    RuntimeException first = null;
    for (MapdbLink link : links) {
      try {
        link.close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    worker.shutdown();
    if (first != null) {
      throw first;
    }
  }
}
