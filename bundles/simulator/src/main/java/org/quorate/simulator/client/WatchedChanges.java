package org.quorate.simulator.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.kv.KvEvent;
import org.quorate.simulator.linear.Operation.Action;

/** What clients were told they changed, and what watches saw of it: all of it, and all the same. */
final class WatchedChanges {
  private record Place(long revision, String key) {}

  private final TreeMap<Long, String> acknowledged = new TreeMap<>();
  private final Map<Place, KvEvent> seen = new HashMap<>();
  private final Map<Long, Integer> events = new HashMap<>();

  /** The newest version with a change that a client was told of; 0 for none. */
  long newest() {
    return acknowledged.isEmpty() ? 0 : acknowledged.lastKey();
  }

  /** A client was told of a write. */
  void acknowledged(String key, Action action, String answer, long version) {
    boolean changes = !"false".equals(answer);
    if (changes) {
      acknowledged.put(version, key);
    }
  }

  /** A watch was told all changes from one revision to another; null, or what is wrong with it. */
  String saw(long from, long to, List<KvEvent> told) {
    Map<Long, Integer> counts = new HashMap<>();
    for (KvEvent event : told) {
      Place place = new Place(event.revision(), event.entry().key().utf8());
      KvEvent before = seen.putIfAbsent(place, event);
      if (before != null && !before.equals(event)) {
        return event + " was " + before + " to another";
      }
      counts.merge(event.revision(), 1, Integer::sum);
    }
    for (long revision = from; revision <= to; revision++) {
      int count = counts.getOrDefault(revision, 0);
      Integer other = events.putIfAbsent(revision, count);
      if (other != null && other != count) {
        return "revision " + revision + " has " + count + " events, another watch saw " + other;
      }
    }
    for (Map.Entry<Long, String> write : acknowledged.subMap(from, true, to, true).entrySet()) {
      if (!seen.containsKey(new Place(write.getKey(), write.getValue()))) {
        return "no event for " + write.getValue() + " at revision " + write.getKey();
      }
    }
    return null;
  }

  /** What watches have passed and did not see of what clients were told later; or null. */
  String missed() {
    for (Map.Entry<Long, String> write : acknowledged.entrySet()) {
      boolean passed = events.containsKey(write.getKey());
      if (passed && !seen.containsKey(new Place(write.getKey(), write.getValue()))) {
        return "no event for " + write.getValue() + " at revision " + write.getKey();
      }
    }
    return null;
  }
}
