package org.quorate.coordinator.zk.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;

/** Keys and what they have, and the numbers that sequential keys have come to. */
public final class Keyspace {
  private final TreeMap<String, KeyEntry> keys = new TreeMap<>(KeyOrder.UTF8);
  private final TreeMap<String, Long> counters = new TreeMap<>(KeyOrder.UTF8);
  private long bytes;

  /** What keys and values take up when they are stored, about. */
  public long bytes() {
    return bytes;
  }

  private static long size(KeyEntry entry) {
    return entry == null ? 0 : 40 + entry.key().length() + entry.value().length();
  }

  /** The entry of a key, or null. */
  public KeyEntry get(String key) {
    return keys.get(key);
  }

  /** Entries of a scope, in order. */
  public NavigableMap<String, KeyEntry> in(Scope scope) {
    if (!scope.tree()) {
      return Collections.unmodifiableNavigableMap(
          keys.subMap(scope.path(), true, scope.path(), true));
    }
    return scope.path().isEmpty()
        ? Collections.unmodifiableNavigableMap(keys)
        : Collections.unmodifiableNavigableMap(
            keys.subMap(scope.path() + "/", true, end(scope.path()), false));
  }

  /** What is behind all keys below a path. */
  private static String end(String path) {
    return path + (char) ('/' + 1);
  }

  /** A page of a scope. */
  public Listing list(RangeQuery query, long revision) {
    NavigableMap<String, KeyEntry> in = in(query.scope());
    List<KeyEntry> found = new ArrayList<>();
    for (KeyEntry entry : in.values()) {
      if (!query.after().isEmpty() && KeyOrder.UTF8.compare(entry.key(), query.after()) <= 0) {
        continue;
      }
      if (found.size() == query.limit()) {
        return new Listing(revision, found, true);
      }
      found.add(query.keysOnly() ? bare(entry) : entry);
    }
    return new Listing(revision, found, false);
  }

  private static KeyEntry bare(KeyEntry entry) {
    return new KeyEntry(
        entry.key(),
        Bytes.EMPTY,
        entry.createRevision(),
        entry.modRevision(),
        entry.version(),
        entry.owner());
  }

  /** The names directly below a path; what lies below a name is jumped over. */
  public Children children(String path, String after, int limit, long revision) {
    String prefix = path.isEmpty() ? "" : path + "/";
    NavigableMap<String, KeyEntry> below = in(Scope.tree(path));
    TreeMap<String, Children.Child> names = new TreeMap<>(KeyOrder.UTF8);
    String at = below.isEmpty() ? null : below.firstKey();
    while (at != null) {
      int slash = at.indexOf('/', prefix.length());
      boolean deeper = slash >= 0;
      String name = at.substring(prefix.length(), deeper ? slash : at.length());
      Children.Child seen = names.get(name);
      names.put(name, new Children.Child(name, !deeper || seen != null && seen.exists(), deeper));
      at = deeper ? below.ceilingKey(end(prefix + name)) : below.higherKey(at);
    }
    List<Children.Child> page = new ArrayList<>();
    for (Children.Child child : names.tailMap(after, false).values()) {
      if (page.size() == limit) {
        return new Children(revision, page, true);
      }
      page.add(child);
    }
    return new Children(revision, page, false);
  }

  long counter(String prefix) {
    return counters.getOrDefault(prefix, 0L);
  }

  void counter(String prefix, long next) {
    counters.put(prefix, next);
  }

  void forgetCounter(String prefix) {
    counters.remove(prefix);
  }

  /** The next numbers of sequential keys. */
  Map<String, Long> numbers() {
    return Map.copyOf(counters);
  }

  void clear() {
    bytes = 0;
    keys.clear();
    counters.clear();
  }

  void take(KeyEntry entry, Sessions sessions) {
    put(entry);
    sessions.own(entry.owner(), entry.key());
  }

  void put(KeyEntry entry) {
    bytes += size(entry) - size(keys.put(entry.key(), entry));
  }

  void remove(String key) {
    bytes -= size(keys.remove(key));
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(keys.size());
    for (KeyEntry each : keys.values()) {
      InventoryWire.entry(out, each);
    }
    out.writeInt(counters.size());
    for (var each : counters.entrySet()) {
      Wire.text(out, each.getKey());
      out.writeLong(each.getValue());
    }
  }

  void read(DataInput in, Sessions sessions) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      take(InventoryWire.entry(in), sessions);
    }
    for (int left = in.readInt(); left > 0; left--) {
      counters.put(Wire.text(in), in.readLong());
    }
  }
}
