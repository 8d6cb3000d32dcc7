package org.quorate.scenarios.failover;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What operations work on: it fences by takeover number and does each part of an operation once. */
final class Shards {
  static final List<String> NAMES = List.of("shard1", "shard2", "shard3");

  private record Place(String shard, long id) {}

  private final Map<Place, Long> highest = new HashMap<>();
  private final Map<Long, Map<String, Set<Integer>>> done = new TreeMap<>();

  /** Does a part of an operation; false if one with a higher number was here. */
  boolean apply(String shard, long id, long token, int part) {
    if (token < highest.merge(new Place(shard, id), token, Math::max)) {
      return false;
    }
    done.computeIfAbsent(id, i -> new TreeMap<>())
        .computeIfAbsent(shard, s -> new TreeSet<>())
        .add(part);
    return true;
  }

  /** The operations that have an effect on any shard. */
  Set<Long> touched() {
    return done.keySet();
  }

  /** Whether so many parts are done on every shard. */
  boolean complete(long id, int parts) {
    Map<String, Set<Integer>> of = done.getOrDefault(id, Map.of());
    return NAMES.stream().allMatch(s -> of.containsKey(s) && of.get(s).size() == parts);
  }

  @Override
  public String toString() {
    return done.toString();
  }
}
