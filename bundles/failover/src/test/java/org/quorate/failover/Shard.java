package org.quorate.failover;

import java.util.HashMap;
import java.util.Map;

/** What operations work on: it fences by takeover number and does each operation once. */
final class Shard {
  final Map<Long, Integer> effects = new HashMap<>();
  private final Map<Long, Long> highest = new HashMap<>();
  int refused;
  long rows;

  /** Does an operation, unless one with a higher number was here. */
  boolean apply(long id, long token) {
    if (!heard(id, token)) {
      return false;
    }
    effects.putIfAbsent(id, 1);
    return true;
  }

  /** Copies rows, which is not the same when done twice. */
  boolean copy(long id, long token, long count) {
    if (!heard(id, token)) {
      return false;
    }
    rows += count;
    effects.putIfAbsent(id, 1);
    return true;
  }

  private boolean heard(long id, long token) {
    if (token < highest.getOrDefault(id, 0L)) {
      refused++;
      return false;
    }
    highest.put(id, token);
    return true;
  }
}
