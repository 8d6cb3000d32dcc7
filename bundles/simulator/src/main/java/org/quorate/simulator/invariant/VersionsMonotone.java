package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.NodeId;

/** In one run of a process versions rise one by one, but over a snapshot. */
public final class VersionsMonotone implements Invariant {
  private record Run(long incarnation, long version) {}

  private final Map<NodeId, Run> last = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Executed e : step.executed()) {
      Run before = last.get(e.node());
      boolean same = before != null && before.incarnation() == e.incarnation();
      // An ended lease takes a version only if it changed something: the next may be the same.
      long least = same ? before.version() + (e.command() == null ? 0 : 1) : 1;
      if (same && e.version() < least && e.command() == null
          || same && e.version() < before.version()) {
        return e.node() + " executed version " + e.version() + " after " + before.version();
      }
      last.put(e.node(), new Run(e.incarnation(), e.version()));
    }
    for (Step.Looked l : step.looked()) {
      Run before = last.get(l.node());
      if (before != null
          && before.incarnation() == l.incarnation()
          && l.version() < before.version() - 1) {
        return l.node() + " says version " + l.version() + " after " + before.version();
      }
    }
    return null;
  }
}
