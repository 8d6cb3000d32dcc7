package org.quorate.core.certify;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Which version last wrote each key, for the versions since the horizon. A function of the log: all
 * replicas hold the same at the same position. Single-threaded.
 */
public final class VersionIndex {
  /** Versions remembered; a transaction on an older snapshot aborts with HORIZON. */
  public static final int VERSIONS = 16_384;

  /** Writes remembered, whatever their versions. */
  public static final int WRITES = 262_144;

  private record Write(long version, Bytes key) {}

  private final Map<Bytes, Long> last = new HashMap<>();
  private final ArrayDeque<Write> order = new ArrayDeque<>();
  private long horizon;
  private long isolated;

  /** Snapshots below this version cannot be certified. */
  public long horizon() {
    return horizon;
  }

  /** Last version whose command could not name its keys. */
  public long isolated() {
    return isolated;
  }

  /** Version that last wrote the key since the horizon, or 0. */
  public long lastWrite(Bytes key) {
    Long version = last.get(key);
    return version == null ? 0 : version;
  }

  /** The newest write in the range after a version: its key and version, or null. */
  Map.Entry<Bytes, Long> writtenAfter(KeyRange range, long version) {
    Iterator<Write> newest = order.descendingIterator();
    while (newest.hasNext()) {
      Write write = newest.next();
      if (write.version() <= version) {
        return null;
      }
      if (range.contains(write.key())) {
        return Map.entry(write.key(), write.version());
      }
    }
    return null;
  }

  /** Notes a write of a committed version; versions never fall. */
  public void wrote(Bytes key, long version) {
    Bytes own = key.copy();
    last.put(own, version);
    order.addLast(new Write(version, own));
  }

  /** Notes a commit that conflicts with every concurrent transaction. */
  public void wroteEverything(long version) {
    isolated = version;
  }

  /** Forgets what is out of the bounds once {@code version} is committed. */
  public void advance(long version) {
    horizon = Math.max(horizon, version - VERSIONS);
    while (order.size() > WRITES) {
      horizon = Math.max(horizon, order.peekFirst().version());
      forgetFirst();
    }
    while (!order.isEmpty() && order.peekFirst().version() <= horizon) {
      forgetFirst();
    }
  }

  private void forgetFirst() {
    Write write = order.removeFirst();
    last.remove(write.key(), write.version());
  }

  public void encode(Encoder out) {
    out.varint(horizon).varint(isolated).varint(order.size());
    for (Write write : order) {
      out.varint(write.version()).bytes(write.key());
    }
  }

  public static VersionIndex decode(Decoder in) {
    VersionIndex index = new VersionIndex();
    index.horizon = in.varint();
    index.isolated = in.varint();
    for (int i = in.count(); i > 0; i--) {
      long version = in.varint();
      index.wrote(in.bytes(), version);
    }
    return index;
  }
}
