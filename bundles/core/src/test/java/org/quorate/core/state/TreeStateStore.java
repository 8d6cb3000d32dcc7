package org.quorate.core.state;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** A state store on a sorted map. */
public final class TreeStateStore implements StateStore {
  private TreeMap<Bytes, Bytes> map = new TreeMap<>();
  private long applied;

  @Override
  public Bytes get(Bytes key) {
    return map.get(key);
  }

  private NavigableMap<Bytes, Bytes> range(Bytes from, Bytes to) {
    if (to == null) {
      return map.tailMap(from, true);
    }
    return from.compareTo(to) < 0
        ? map.subMap(from, true, to, false)
        : Collections.emptyNavigableMap();
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return new MapCursor(new TreeMap<>(range(from, to)), Bytes.EMPTY, null, false);
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return new MapCursor(new TreeMap<>(range(from, to)), Bytes.EMPTY, null, true);
  }

  @Override
  public void commit(StateBatch batch) {
    for (Map.Entry<Bytes, Bytes> change : batch.changes()) {
      if (change.getValue() == StateBatch.DELETED) {
        map.remove(change.getKey());
      } else {
        map.put(change.getKey().copy(), change.getValue().copy());
      }
    }
    applied = batch.applied();
  }

  @Override
  public long applied() {
    return applied;
  }

  @Override
  public void replace(StateCursor content, long applied) {
    TreeMap<Bytes, Bytes> replaced = new TreeMap<>();
    while (content.next()) {
      replaced.put(content.key(), content.value());
    }
    map = replaced;
    this.applied = applied;
  }

  @Override
  public long sizeBytes() {
    return map.size();
  }

  @Override
  public void close() {
    map = null;
  }
}
