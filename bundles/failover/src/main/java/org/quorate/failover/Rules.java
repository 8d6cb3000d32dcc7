package org.quorate.failover;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.WorkSpec;

/**
 * How records change: functions of a record that refuse what it does not allow.
 *
 * <pre>
 *   state   0 → 1 → 2 → 3        rebalance: 0 → 1 → 2 → 4 → 5        each may be set again
 *   phase   ORIGIN → WAITING → NOTIFIED → RUNNING → gone
 *                       ↑         ↑ ↓        ↓
 *                     PARKED ←  NOTIFIED   FAILED → NOTIFIED, PARKED
 * </pre>
 */
final class Rules {
  private static final int WHY_CHARS = 500;

  private Rules() {}

  // ---- its owner's steps ------------------------------------------------------------------------

  static FailoverRecord lock(FailoverRecord r, String lock) {
    FailoverRecord next = step(r, 1, r.state() == 0 || r.state() == 1);
    if (r.locks().contains(lock)) {
      return next;
    }
    if (r.locks().size() >= FailoverLimits.LOCKS) {
      throw new FailoverException(
          Code.TOO_LARGE, "record " + r.id() + " has " + FailoverLimits.LOCKS + " locks already");
    }
    return next.withLock(lock);
  }

  static FailoverRecord content(FailoverRecord r) {
    return step(r, 2, r.state() == 1 || r.state() == 2);
  }

  static FailoverRecord status(FailoverRecord r, String shard, ShardState how) {
    FailoverLimits.name("the shard", shard);
    FailoverLimits.given("the state of the shard", how);
    return step(r, 3, !rebalances(r) && (r.state() == 2 || r.state() == 3)).withStatus(shard, how);
  }

  static FailoverRecord rebalance(FailoverRecord r, FailoverRecord.Rebalance information) {
    FailoverLimits.given("the rebalance information", information);
    return step(r, 4, rebalances(r) && (r.state() == 2 || r.state() == 4))
        .withRebalance(information);
  }

  static FailoverRecord slice(FailoverRecord r, FailoverRecord.Slice slice) {
    FailoverLimits.given("the slice", slice);
    return step(r, 5, rebalances(r) && r.state() >= 4).withSlice(slice);
  }

  private static boolean rebalances(FailoverRecord r) {
    return r.type().equals(WorkSpec.REBALANCE);
  }

  private static FailoverRecord step(FailoverRecord r, int next, boolean allowed) {
    if (!allowed) {
      throw new FailoverException(
          Code.BAD_STATE,
          "record "
              + r.id()
              + " of type "
              + r.type()
              + " is in state "
              + r.state()
              + ": it cannot go to "
              + next);
    }
    return r.withState(next);
  }

  // ---- what it leaves --------------------------------------------------------------------------

  /** What is left to be put right when it ends as it is. */
  static Optional<FailoverEvent> event(FailoverRecord r, Owner by, long nowMs) {
    List<String> behind =
        r.status().entrySet().stream()
            .filter(e -> e.getValue() == ShardState.FAILED)
            .map(Map.Entry::getKey)
            .toList();
    return behind.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FailoverEvent(r.id(), r.database(), r.table(), r.type(), nowMs, by, behind));
  }

  // ---- whose it is ------------------------------------------------------------------------------

  /** Whether a node has it, as its origin (number 0) or by the notice of that number. */
  static boolean has(FailoverRecord r, Owner who, long number) {
    Takeover t = r.takeover();
    if (t.number() != number) {
      return false;
    }
    Phase phase = t.phase();
    return phase == Phase.ORIGIN
        ? same(r.origin(), who)
        : (phase == Phase.NOTIFIED || phase == Phase.RUNNING) && same(t.node(), who);
  }

  static boolean same(Owner a, Owner b) {
    return a.node().equals(b.node()) && a.incarnation() == b.incarnation();
  }

  static FailoverRecord abandon(FailoverRecord r, String why) {
    Takeover t = r.takeover();
    if (t.phase() != Phase.ORIGIN) {
      throw new FailoverException(
          Code.BAD_STATE, "record " + r.id() + " is taken over: let the handler fail");
    }
    return r.withTakeover(new Takeover(null, t.number(), Phase.WAITING, 0, 0, shortened(why)));
  }

  static FailoverRecord notify(FailoverRecord r, Owner node) {
    Takeover t = r.takeover();
    return r.withTakeover(
        new Takeover(
            node, t.number() + 1, Phase.NOTIFIED, t.attempts() + 1, t.failures(), t.why()));
  }

  /** The node has heard of it and begins. */
  static FailoverRecord acknowledge(FailoverRecord r) {
    return r.withTakeover(phase(r.takeover(), Phase.RUNNING));
  }

  static FailoverRecord failed(FailoverRecord r, String why) {
    Takeover t = r.takeover();
    return r.withTakeover(
        new Takeover(
            t.node(), t.number(), Phase.FAILED, t.attempts(), t.failures() + 1, shortened(why)));
  }

  static FailoverRecord park(FailoverRecord r) {
    return r.withTakeover(phase(r.takeover(), Phase.PARKED));
  }

  /** Also fences who has it: its number is over. */
  static FailoverRecord retry(FailoverRecord r) {
    Takeover t = r.takeover();
    return r.withTakeover(new Takeover(t.node(), t.number(), Phase.WAITING, 0, 0, t.why()));
  }

  private static Takeover phase(Takeover t, Phase phase) {
    return new Takeover(t.node(), t.number(), phase, t.attempts(), t.failures(), t.why());
  }

  private static String shortened(String why) {
    String text = why == null ? "" : why;
    return text.length() <= WHY_CHARS ? text : text.substring(0, WHY_CHARS);
  }
}
