package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.core.certify.VersionIndex;

/**
 * Who waits for a change of certain keys; on the group's loop. Each is told once and then forgotten. A
 * commit costs a look-up for each key it wrote and each length of a prefix that is watched, however
 * many wait.
 */
final class KeyWatches {
  /** A node may hear of no leader for so long, as in any fail-over, before who waits has to look. */
  private static final long DEAF_MS = 2_000;

  /**
   * Who waits from so many versions ago is told to look and to wait from now on: at another node, when
   * this one is lost, it would ask for what the history, or the memory of what was written, lacks by then.
   */
  static final int BEHIND = VersionIndex.VERSIONS / 2;

  /** Told so at once, of those that wait in parts of: it must not be noticed by others. */
  private static final int AT_ONCE = 32;

  private static final int PARTS = 1_000;

  /** One that waits. */
  static final class Watch {
    private final List<KeyRange> ranges;
    private final long version;
    private final LongConsumer then;
    private boolean over;

    private Watch(List<KeyRange> ranges, long version, LongConsumer then) {
      this.ranges = ranges;
      this.version = version;
      this.then = then;
    }
  }

  private final Set<Watch> all = new LinkedHashSet<>();
  private final Map<Bytes, Set<Watch>> keys = new HashMap<>();
  private final Map<Bytes, Set<Watch>> prefixes = new HashMap<>();
  private final TreeMap<Integer, Integer> lengths = new TreeMap<>();
  private final Map<KeyRange, Set<Watch>> others = new HashMap<>();
  private long seen;
  private long deafSinceMs = -1;
  private boolean deaf;

  /** Waiting now. */
  int size() {
    return all.size();
  }

  Watch make(List<KeyRange> ranges, long version, LongConsumer then) {
    return new Watch(List.copyOf(ranges), version, then);
  }

  void add(Watch watch, VersionIndex index, long now) {
    if (watch.over) {
      return;
    }
    if (deaf) {
      watch.over = true;
      watch.then.accept(0);
      return;
    }
    if (now > watch.version && index.mayHaveWritten(watch.ranges, watch.version)) {
      watch.over = true;
      watch.then.accept(watch.version + 1);
      return;
    }
    if (all.isEmpty()) {
      seen = now;
    }
    all.add(watch);
    watch.ranges.forEach(range -> file(range, watch));
  }

  void remove(Watch watch) {
    watch.over = true;
    if (all.remove(watch)) {
      watch.ranges.forEach(range -> unfile(range, watch));
    }
  }

  private void file(KeyRange range, Watch watch) {
    if (range.isSingle()) {
      keys.computeIfAbsent(range.from(), k -> new LinkedHashSet<>()).add(watch);
    } else if (isPrefix(range)) {
      Set<Watch> same = prefixes.get(range.from());
      if (same == null) {
        same = new LinkedHashSet<>();
        prefixes.put(range.from(), same);
        lengths.merge(range.from().length(), 1, Integer::sum);
      }
      same.add(watch);
    } else {
      others.computeIfAbsent(range, k -> new LinkedHashSet<>()).add(watch);
    }
  }

  private void unfile(KeyRange range, Watch watch) {
    if (range.isSingle()) {
      drop(keys, range.from(), watch);
    } else if (isPrefix(range)) {
      if (drop(prefixes, range.from(), watch)) {
        lengths.computeIfPresent(range.from().length(), (k, n) -> n == 1 ? null : n - 1);
      }
    } else {
      drop(others, range, watch);
    }
  }

  private static <K> boolean drop(Map<K, Set<Watch>> map, K key, Watch watch) {
    Set<Watch> same = map.get(key);
    boolean last = same != null && same.remove(watch) && same.isEmpty();
    if (last) {
      map.remove(key);
    }
    return last;
  }

  private static boolean isPrefix(KeyRange range) {
    return range.to() != null && range.to().equals(range.from().prefixEnd());
  }

  /** The version has advanced. */
  void applied(long version, VersionIndex index) {
    if (!all.isEmpty()) {
      if (!index.eachAfter(seen, this::committed)) {
        List.copyOf(all).forEach(watch -> tell(watch, watch.version + 1));
      }
    }
    seen = version;
  }

  private void committed(long version, List<Bytes> written) {
    for (Bytes key : written) {
      tell(keys.get(key), version);
      if (!prefixes.isEmpty()) {
        for (int length : List.copyOf(lengths.headMap(key.length(), true).keySet())) {
          tell(prefixes.get(key.slice(0, length)), version);
        }
      }
      if (!others.isEmpty()) {
        for (KeyRange range : List.copyOf(others.keySet())) {
          tell(range.contains(key) ? others.get(range) : null, version);
        }
      }
    }
  }

  private void tell(Set<Watch> watches, long version) {
    if (watches != null) {
      List.copyOf(watches).forEach(watch -> tell(watch, version));
    }
  }

  private void tell(Watch watch, long version) {
    if (version > watch.version) {
      remove(watch);
      watch.then.accept(version);
    }
  }

  /** Every tick: tells some of those that wait from long ago, those that have been here longest first. */
  void catchUp() {
    int most = Math.max(AT_ONCE, all.size() / PARTS);
    List<Watch> due = new ArrayList<>();
    for (Watch watch : all) {
      if (due.size() == most || watch.version >= seen - BEHIND) {
        break;
      }
      due.add(watch);
    }
    due.forEach(watch -> tell(watch, seen)); // nothing of it has changed until then
  }

  /**
   * Takes whether the node knows who leads. One that has not for long may be cut off and hear of no change
   * either: who waits there has to look elsewhere.
   *
   * @return whether it is so
   */
  boolean hears(boolean leader, long nowMs) {
    if (leader) {
      deafSinceMs = -1;
      deaf = false;
    } else if (deafSinceMs < 0) {
      deafSinceMs = nowMs;
    } else if (!deaf && nowMs - deafSinceMs >= DEAF_MS) {
      deaf = true;
      end();
    }
    return deaf;
  }

  /** The group closes: all are told, so that they ask again and learn why. */
  void end() {
    List.copyOf(all)
        .forEach(
            watch -> {
              remove(watch);
              watch.then.accept(0);
            });
  }
}
