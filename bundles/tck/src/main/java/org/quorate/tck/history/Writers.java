package org.quorate.tck.history;

import java.util.HashMap;
import java.util.Map;

/** Who wrote each value of one key. */
final class Writers {
  private final Map<Long, Integer> byValue = new HashMap<>();
  private final Map<Integer, Long> lastOf = new HashMap<>();

  /** Notes a write; the last one of a transaction is the one that others may see. */
  void wrote(String key, long value, int transaction) {
    if (byValue.put(value, transaction) != null) {
      throw new IllegalArgumentException(
          "two writes of " + value + " to " + key + ": a history needs values of their own");
    }
    lastOf.put(transaction, value);
  }

  /** The transaction that wrote the value, or -1. */
  int of(long value) {
    return byValue.getOrDefault(value, -1);
  }

  /** What the transaction wrote last, or null. */
  Long last(int transaction) {
    return lastOf.get(transaction);
  }

  /** Every transaction with what it wrote last. */
  Map<Integer, Long> lasts() {
    return lastOf;
  }
}
