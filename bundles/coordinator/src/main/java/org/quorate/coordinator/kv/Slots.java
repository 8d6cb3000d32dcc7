package org.quorate.coordinator.kv;

import java.util.ArrayDeque;
import org.quorate.api.Bytes;

/**
 * What tells the claims of a session apart, used again: a key that was deleted is walked over until its
 * history is given up, so a lock that is taken a thousand times must not leave a thousand keys. Random,
 * since a session may be held by two coordinators. On the group's loop.
 */
final class Slots {
  private final Surroundings surroundings;
  private final ArrayDeque<Long> free = new ArrayDeque<>();

  Slots(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  long take() {
    Long used = free.poll();
    if (used != null) {
      return used;
    }
    byte[] random = new byte[Long.BYTES];
    surroundings.random(random);
    return Bytes.wrap(random).longAt(0) & Long.MAX_VALUE;
  }

  /** Only when it is known that the claim is not in the group and will not come. */
  void free(long slot) {
    free.add(slot);
  }
}
