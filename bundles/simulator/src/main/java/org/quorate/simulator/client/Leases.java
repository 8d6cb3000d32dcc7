package org.quorate.simulator.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quorate.simulator.engine.EventQueue;

/**
 * What clients were told of their leases and sessions, held against when they end: never before the
 * time to live has passed since the last renewal that was acknowledged, by any clock of the group.
 */
public final class Leases {
  private static final class Lease {
    private final long ttlMs;
    private long renewedUs;
    private boolean closing;

    Lease(long ttlMs, long renewedUs) {
      this.ttlMs = ttlMs;
      this.renewedUs = renewedUs;
    }
  }

  private final EventQueue queue;
  private final double fastestClock;
  private final Map<Long, Lease> leases = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();

  /**
   * Leases of one simulation.
   *
   * @param fastestClock milliseconds that the fastest clock counts in one
   */
  public Leases(EventQueue queue, double fastestClock) {
    this.queue = queue;
    this.fastestClock = fastestClock;
  }

  /** A client has a lease that it asked for at a time. */
  void opened(long id, long ttlMs, long calledUs) {
    leases.put(id, new Lease(ttlMs, calledUs));
  }

  /** A client was told that a renewal it asked for at a time was done. */
  void renewed(long id, long calledUs) {
    Lease lease = leases.get(id);
    if (lease != null && !lease.closing) {
      lease.renewedUs = Math.max(lease.renewedUs, calledUs);
    }
  }

  /** A client asks for the end. */
  void closing(long id) {
    leases.get(id).closing = true;
  }

  /** Whether the group has ended it. */
  boolean ended(long id) {
    return ended.contains(id);
  }

  /** A replica ended a lease; null, or why that is wrong. */
  public String end(long id) {
    Lease lease = leases.get(id);
    if (!ended.add(id) || lease == null || lease.closing) {
      return null;
    }
    double livedMs = (queue.nowUs() - lease.renewedUs) / 1000.0 * fastestClock;
    return livedMs >= lease.ttlMs
        ? null
        : "lease " + id + " of " + lease.ttlMs + " ms ended " + livedMs + " ms after a renewal";
  }
}
