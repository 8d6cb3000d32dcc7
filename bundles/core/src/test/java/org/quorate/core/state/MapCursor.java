package org.quorate.core.state;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateCursor;

/** Walks a range of a memtable, deletions included. */
final class MapCursor implements StateCursor {
  private final Iterator<Map.Entry<Bytes, Bytes>> entries;
  private Map.Entry<Bytes, Bytes> entry;

  MapCursor(NavigableMap<Bytes, Bytes> map, Bytes from, Bytes to, boolean reverse) {
    NavigableMap<Bytes, Bytes> range = map;
    if (to == null) {
      range = map.tailMap(from, true);
    } else if (from.compareTo(to) < 0) {
      range = map.subMap(from, true, to, false);
    } else {
      range = java.util.Collections.emptyNavigableMap();
    }
    entries = (reverse ? range.descendingMap() : range).entrySet().iterator();
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
