package org.quorate.storage.memory;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/**
 * Keeps logs on the heap, from open to open, until {@link #close()}: a restart loses all. Writes
 * complete on the loop as soon as it comes to it.
 */
public class MemoryLogStorage implements LogStorage {
  private final Map<String, MemoryLog> logs = new TreeMap<>();
  private final Map<String, MemoryLink> open = new TreeMap<>();
  private boolean closed;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean durable() {
    return false;
  }

  private static String key(GroupId group, long epoch) {
    return group.name() + "/" + epoch;
  }

  private void checkNotOpen(String key) {
    if (closed) {
      throw new IllegalStateException("the memory log storage is closed");
    }
    if (open.containsKey(key)) {
      throw new IllegalStateException("the log of " + key + " is open");
    }
  }

  @Override
  public synchronized LinkStore open(GroupId group, long epoch, Executor loop) {
    String key = key(group, epoch);
    checkNotOpen(key);
    MemoryLog log = logs.computeIfAbsent(key, k -> new MemoryLog());
    MemoryLink link = new MemoryLink(log, loop, () -> released(key));
    open.put(key, link);
    return link;
  }

  private synchronized void released(String key) {
    open.remove(key);
  }

  @Override
  public synchronized void delete(GroupId group, long epoch) {
    String key = key(group, epoch);
    checkNotOpen(key);
    logs.remove(key);
  }

  @Override
  public boolean movable() {
    return true;
  }

  @Override
  public synchronized List<Long> links(GroupId group) {
    String prefix = group.name() + "/";
    return logs.keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .map(key -> Long.parseLong(key.substring(prefix.length())))
        .sorted()
        .toList();
  }

  @Override
  public synchronized void close() {
    closed = true;
    logs.clear();
  }
}
