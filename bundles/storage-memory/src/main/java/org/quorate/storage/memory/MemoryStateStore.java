package org.quorate.storage.memory;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** State of one group in a concurrent map; reads beside a commit may see it in part. */
final class MemoryStateStore implements StateStore {
  /** Estimated heap for the map's node and two slices with their arrays. */
  private static final int ENTRY_OVERHEAD = 120;

  /** A content; replaced as a whole, so that a walk goes on in the one it began in. */
  private record Content(ConcurrentNavigableMap<Bytes, Bytes> map) {
    Content() {
      this(new ConcurrentSkipListMap<>());
    }
  }

  private final AtomicBoolean open = new AtomicBoolean();
  private volatile Content content = new Content();
  private volatile long applied;
  private volatile long sizeBytes;

  /** False when it is open already. */
  boolean open() {
    return open.compareAndSet(false, true);
  }

  boolean isOpen() {
    return open.get();
  }

  private ConcurrentNavigableMap<Bytes, Bytes> map() {
    if (!open.get()) {
      throw new IllegalStateException("the store is closed");
    }
    return content.map();
  }

  @Override
  public Bytes get(Bytes key) {
    return map().get(key);
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    NavigableMap<Bytes, Bytes> tail = map().tailMap(from, true);
    return new MapCursor(range(tail, from, to).entrySet().iterator());
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    NavigableMap<Bytes, Bytes> tail = map().tailMap(from, true);
    return new MapCursor(range(tail, from, to).descendingMap().entrySet().iterator());
  }

  private static NavigableMap<Bytes, Bytes> range(
      NavigableMap<Bytes, Bytes> tail, Bytes from, Bytes to) {
    if (to == null) {
      return tail;
    }
    return tail.headMap(to.compareTo(from) < 0 ? from : to, false);
  }

  @Override
  public void commit(StateBatch batch) {
    Map<Bytes, Bytes> map = map();
    long size = sizeBytes;
    for (Map.Entry<Bytes, Bytes> change : batch.changes()) {
      Bytes key = change.getKey();
      Bytes value = change.getValue();
      Bytes old = value == StateBatch.DELETED ? map.remove(key) : put(map, key, value);
      size += value == StateBatch.DELETED ? 0 : cost(key, value);
      size -= old == null ? 0 : cost(key, old);
    }
    sizeBytes = size;
    applied = batch.applied();
  }

  @Override
  public long applied() {
    map();
    return applied;
  }

  @Override
  public void replace(StateCursor source, long newApplied) {
    map();
    Content fresh = new Content();
    long size = 0;
    Bytes last = null;
    while (source.next()) {
      Bytes key = source.key();
      if (last != null && last.compareTo(key) >= 0) {
        throw new IllegalArgumentException("key " + key + " after " + last);
      }
      last = key.copy();
      put(fresh.map(), last, source.value());
      size += cost(last, source.value());
    }
    content = fresh;
    sizeBytes = size;
    applied = newApplied;
  }

  /** Slices may belong to a large frame: what stays is copied. */
  private static Bytes put(Map<Bytes, Bytes> map, Bytes key, Bytes value) {
    return map.put(key.copy(), value.copy());
  }

  private static long cost(Bytes key, Bytes value) {
    return ENTRY_OVERHEAD + key.length() + value.length();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void close() {
    open.set(false);
  }

  /** Walks over entries. */
  private static final class MapCursor implements StateCursor {
    private final Iterator<Map.Entry<Bytes, Bytes>> entries;
    private Map.Entry<Bytes, Bytes> entry;

    MapCursor(Iterator<Map.Entry<Bytes, Bytes>> entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      entry = entries.hasNext() ? entries.next() : null;
      return entry != null;
    }

    @Override
    public Bytes key() {
      return entry.getKey();
    }

    @Override
    public Bytes value() {
      return entry.getValue();
    }

    @Override
    public void close() {
      entry = null;
    }
  }
}
