package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/**
 * A snapshot of one id has the same bytes on every disk, whoever wrote it: so its pieces may come from
 * several donors.
 */
public final class SnapshotsAgree implements Invariant {
  private record First(NodeId node, Bytes content) {}

  private final Map<SnapshotId, First> known = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Kept k : step.kept()) {
      First first = known.putIfAbsent(k.id(), new First(k.node(), k.content()));
      if (first != null && !first.content().equals(k.content())) {
        return k.node() + " has " + k.id() + " with another content than " + first.node();
      }
    }
    return null;
  }
}
