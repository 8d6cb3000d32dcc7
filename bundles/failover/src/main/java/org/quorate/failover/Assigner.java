package org.quorate.failover;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.RegisteredNode;

/**
 * Says what becomes of records that nobody works on. A function of the view, the time, and since when it
 * has seen each record as it is: so clocks of different leaders need not agree, and a new one waits anew.
 * Not thread-safe.
 */
final class Assigner {
  private static final int BATCH = 256;

  /** What becomes of a record. */
  sealed interface Decision {
    View.Versioned was();

    /** The record after it. */
    FailoverRecord then();

    /** A node is told to take it over. */
    record Notify(View.Versioned was, FailoverRecord then) implements Decision {}

    /** It was tried too often. */
    record Park(View.Versioned was, FailoverRecord then) implements Decision {}
  }

  private record Seen(long revision, long sinceMs, boolean told) {}

  private final Settings settings;
  private Map<Long, Seen> seen = new HashMap<>();

  Assigner(Settings settings) {
    this.settings = settings;
  }

  /** What is to be done now; nothing while the mode is not normal. */
  List<Decision> decide(View view, long nowMs) {
    see(view, nowMs);
    List<Decision> decisions = new ArrayList<>();
    if (view.mode() != ClusterMode.NORMAL) {
      return decisions;
    }
    Map<String, RegisteredNode> loads = new TreeMap<>();
    view.loads().forEach(n -> loads.put(n.name(), n));
    Map<String, Long> busy = busy(view);
    for (View.Versioned v : view.records()) {
      if (decisions.size() == BATCH) {
        break;
      }
      FailoverRecord r = v.record();
      if (!wants(view, r, nowMs)) {
        continue;
      }
      if (r.takeover().attempts() >= settings.max()) {
        decisions.add(new Decision.Park(v, Rules.park(r)));
        continue;
      }
      if (view.worked(r)) {
        loads.computeIfPresent(
            r.takeover().node().node(), (name, n) -> n.withAssigned(n.assigned() - 1));
      }
      Long other = busy.get(table(r));
      RegisteredNode node = other != null && other != r.id() ? null : choose(loads, view, r);
      if (node != null) {
        decisions.add(new Decision.Notify(v, Rules.notify(r, owner(node))));
        loads.put(node.name(), node.withAssigned(node.assigned() + 1));
        if (table(r) != null) {
          busy.put(table(r), r.id());
        }
      }
    }
    return decisions;
  }

  /** Ids of records that have been as they are for too long, each told once. */
  List<Long> stuck(long nowMs) {
    List<Long> stuck = new ArrayList<>();
    seen.replaceAll(
        (id, s) -> {
          if (s.told() || nowMs - s.sinceMs() < settings.stuckMs()) {
            return s;
          }
          stuck.add(id);
          return new Seen(s.revision(), s.sinceMs(), true);
        });
    stuck.sort(Long::compareUnsigned);
    return stuck;
  }

  private void see(View view, long nowMs) {
    Map<Long, Seen> now = new HashMap<>();
    for (View.Versioned v : view.records()) {
      Seen before = seen.get(v.record().id());
      boolean same = before != null && before.revision() == v.revision();
      now.put(v.record().id(), same ? before : new Seen(v.revision(), nowMs, false));
    }
    seen = now;
  }

  /** Whether a record has to be given to somebody. */
  private boolean wants(View view, FailoverRecord r, long nowMs) {
    long since = nowMs - seen.get(r.id()).sinceMs();
    Takeover t = r.takeover();
    return switch (t.phase()) {
      case WAITING -> true;
      case ORIGIN -> !view.worked(r);
      case RUNNING -> !view.worked(r) || since >= settings.idleMs();
      case NOTIFIED -> !view.worked(r) || since >= settings.ackMs();
      case FAILED -> since >= settings.backoff(t.failures());
      case PARKED -> false;
    };
  }

  /** Which record of a table is being taken over. */
  private static Map<String, Long> busy(View view) {
    Map<String, Long> busy = new HashMap<>();
    for (View.Versioned v : view.records()) {
      FailoverRecord r = v.record();
      if (r.takeover().phase() != Phase.ORIGIN && view.worked(r) && table(r) != null) {
        busy.put(table(r), r.id());
      }
    }
    return busy;
  }

  /** Null for an operation on no table. */
  private static String table(FailoverRecord r) {
    return r.table().isEmpty() ? null : r.database() + "\n" + r.table();
  }

  /** The least loaded; one that has just failed at it only if there is no other. */
  private RegisteredNode choose(Map<String, RegisteredNode> loads, View view, FailoverRecord r) {
    Owner last = r.takeover().node();
    boolean others = false;
    RegisteredNode best = null;
    for (RegisteredNode node : loads.values()) {
      if (!node.types().contains(r.type())) {
        continue;
      }
      boolean again = last != null && view.lives(last) && last.node().equals(node.name());
      others |= !again;
      boolean free = node.assigned() < settings.parallel();
      if (free && !again && (best == null || ORDER.compare(node, best) < 0)) {
        best = node;
      }
    }
    if (best == null && !others && last != null) {
      RegisteredNode same = loads.get(last.node());
      boolean able = same != null && same.types().contains(r.type());
      return able && same.assigned() < settings.parallel() ? same : null;
    }
    return best;
  }

  // a/b < c/d as a·d < c·b: no rounding
  private static final Comparator<RegisteredNode> ORDER =
      ((Comparator<RegisteredNode>)
              (a, b) ->
                  Long.compare(
                      (long) a.assigned() * b.capacity(), (long) b.assigned() * a.capacity()))
          .thenComparingLong(RegisteredNode::revision)
          .thenComparing(RegisteredNode::name);

  private static Owner owner(RegisteredNode node) {
    return new Owner(node.name(), node.address(), node.incarnation());
  }
}
