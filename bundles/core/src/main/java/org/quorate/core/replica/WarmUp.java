package org.quorate.core.replica;

import org.quorate.api.Bytes;
import org.quorate.core.log.LogRecord;

/**
 * Has a planned link decide probes before clients depend on it: a JVM interprets at first what it runs
 * for the first time, and the pause of a swap would be made of that. A few are under way at once, since
 * what is compiled is what is often called, and that are the steps and not the records. On the group's
 * loop.
 */
final class WarmUp {
  private static final int UNDER_WAY = 2;

  /** After so long without an answer those under way are lost. */
  private static final long LOST_MS = 250;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Callers callers;
  private final long probes;
  private long planId = -1;
  private long left;
  private long heardMs;

  WarmUp(Callers callers, long probes) {
    this.callers = callers;
    this.probes = probes;
  }

  /** The planned link takes proposals of this replica. */
  void drive(LinkSlot planned, long nowMs) {
    if (planned.link().planId() != planId) {
      planId = planned.link().planId();
      left = probes;
      heardMs = NEVER;
    }
    if (left > 0 && nowMs - heardMs >= LOST_MS) {
      heardMs = nowMs;
      for (int i = 0; i < UNDER_WAY; i++) {
        probe(planned);
      }
    }
  }

  /** The planned link decided a record. */
  void decided(LinkSlot planned, Bytes payload, long nowMs) {
    if (left > 0 && planned.link().planId() == planId && callers.mine(payload)) {
      heardMs = nowMs;
      if (--left > 0) {
        probe(planned);
      }
    }
  }

  private void probe(LinkSlot planned) {
    planned.submit(0, callers.unasked(new LogRecord.Probe(planId)));
  }

  /** Whether enough was decided for the planned link. */
  boolean done(LinkSlot planned) {
    return probes == 0 || planned.link().planId() == planId && left <= 0;
  }
}
