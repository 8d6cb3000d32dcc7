package org.quorate.simulator.client;

import java.util.HashMap;
import java.util.Map;
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
  private final Map<Long, Long> endedUs = new HashMap<>();

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
    Lease lease = leases.get(id);
    if (lease != null) {
      lease.closing = true;
    }
  }

  /**
   * Whether it cannot have ended, by what its holder was told: who holds something by it has it still.
   */
  public boolean lives(long id) {
    Lease lease = leases.get(id);
    return lease != null && !lease.closing && livedMs(lease) < lease.ttlMs;
  }

  /** By the fastest clock. */
  private double livedMs(Lease lease) {
    return (queue.nowUs() - lease.renewedUs) / 1000.0 * fastestClock;
  }

  /** Whether the group has ended it. */
  public boolean ended(long id) {
    return endedUs.containsKey(id);
  }

  /** Whether the group had ended it by a time. */
  public boolean endedBy(long id, long timeUs) {
    Long at = endedUs.get(id);
    return at != null && at <= timeUs;
  }

  /** A replica ended a lease; null, or why that is wrong. */
  public String end(long id) {
    Lease lease = leases.get(id);
    if (endedUs.putIfAbsent(id, queue.nowUs()) != null || lease == null || lease.closing) {
      return null;
    }
    double livedMs = livedMs(lease);
    return livedMs >= lease.ttlMs
        ? null
        : "lease " + id + " of " + lease.ttlMs + " ms ended " + livedMs + " ms after a renewal";
  }
}
