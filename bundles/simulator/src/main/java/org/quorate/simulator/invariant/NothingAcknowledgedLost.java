package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/**
 * A command that a client was told is committed has the version that it was told, in the state of
 * every replica that reached that version.
 */
public final class NothingAcknowledgedLost implements Invariant {
  private final Map<Long, Bytes> acknowledged = new HashMap<>();
  private final Map<Long, Bytes> executed = new HashMap<>();
  private long highest;

  /** The newest version that a client was told of. */
  public long highest() {
    return highest;
  }

  @Override
  public String check(Step step) {
    for (Step.Executed e : step.executed()) {
      if (e.command() != null) {
        executed.put(e.version(), e.command());
        Bytes told = acknowledged.get(e.version());
        if (told != null && !told.equals(e.command())) {
          return lost(e.version(), told, e.node(), e.command());
        }
      }
    }
    for (Step.Acknowledged a : step.acknowledged()) {
      highest = Math.max(highest, a.version());
      acknowledged.put(a.version(), a.command());
      Bytes there = executed.get(a.version());
      if (!a.command().equals(there)) {
        return lost(a.version(), a.command(), a.node(), there);
      }
    }
    return null;
  }

  private static String lost(long version, Bytes told, NodeId node, Bytes there) {
    return "version " + version + " was acknowledged as " + told + ", " + node + " has " + there;
  }
}
