package org.quorate.coordinator.kv;

import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What tells the claims of a session apart, used again: a key that was deleted is walked over until its
 * history is given up, so a lock that is taken a thousand times must not leave a thousand keys. Random,
 * since a session may be held by two coordinators. On the group's loop.
 */
final class Slots {
  private final ArrayDeque<Long> free = new ArrayDeque<>();

  long take() {
    Long used = free.poll();
    return used == null ? ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE : used;
  }

  /** Only when it is known that the claim is not in the group and will not come. */
  void free(long slot) {
    free.add(slot);
  }
}
