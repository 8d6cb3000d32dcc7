package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.quorate.core.log.LogRecord;

/**
 * By ordered time, which a fail-over stops, a lease or session ends after its TTL without a renewal
 * in the log, and no later than a few of the longest steps. Reads the decided records by itself.
 */
public final class LeasesEndInTime implements Invariant {
  private static final class Lease {
    private final long ttlMs;
    private final TreeMap<Long, Boolean> renewals = new TreeMap<>();

    Lease(long ttlMs) {
      this.ttlMs = ttlMs;
    }
  }

  private final long toleranceMs;
  private final Map<Long, Lease> leases = new HashMap<>();
  private final Set<Long> closed = new HashSet<>();
  private final History history;
  private long timeMs;

  /**
   * With a bound.
   *
   * @param history of the group
   * @param toleranceMs how long after its TTL a lease ends at the latest, ordered milliseconds
   */
  LeasesEndInTime(History history, long toleranceMs) {
    this.history = history;
    this.toleranceMs = toleranceMs;
    history.readBy((position, payload, record) -> fold(position, record));
  }

  @Override
  public String check(Step step) {
    history.add(step);
    for (Step.Executed e : step.executed()) {
      if (e.command() == null && !closed.contains(e.session())) {
        String wrong = ended(e.session(), e.timeMs());
        if (wrong != null) {
          return e.node() + " ended lease " + e.session() + wrong;
        }
      }
    }
    return null;
  }

  private void fold(long position, LogRecord record) {
    if (record instanceof LogRecord.TimeStep s && s.fromMs() == timeMs) {
      timeMs += s.deltaMs();
    } else if (record instanceof LogRecord.OpenSession o) {
      leases.put(position, new Lease(o.ttlMs()));
      renewed(position);
    } else if (record instanceof LogRecord.CloseSession c) {
      closed.add(c.session());
    } else if (record instanceof LogRecord.KeepAlive k) {
      k.sessions().forEach(this::renewed);
    } else if (record instanceof LogRecord.Command c) {
      renewed(c.proposal().session());
    }
  }

  private void renewed(long id) {
    Lease lease = leases.get(id);
    if (lease != null) {
      lease.renewals.put(timeMs, true);
    }
  }

  private String ended(long id, long atMs) {
    Lease lease = leases.get(id);
    if (lease == null) {
      return " that never was";
    }
    long livedMs = atMs - lease.renewals.lowerKey(atMs);
    if (livedMs < lease.ttlMs || livedMs > lease.ttlMs + toleranceMs) {
      return " of " + lease.ttlMs + " ms after " + livedMs + " ms of ordered time";
    }
    return null;
  }
}
