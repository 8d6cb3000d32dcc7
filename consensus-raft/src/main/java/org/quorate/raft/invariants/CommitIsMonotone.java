package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/** A node's commit index never falls while it runs, and stays within its log. */
public final class CommitIsMonotone implements LinkInvariant {
  private record Last(long incarnation, long commit) {}

  private final Map<NodeId, Last> lasts = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      Last last = lasts.get(n.node());
      if (last != null && last.incarnation() == n.incarnation() && raft.commit() < last.commit()) {
        return n.node() + " has commit " + raft.commit() + " after " + last.commit();
      }
      if (raft.commit() < raft.base() || raft.commit() > raft.last()) {
        return n.node()
            + " has commit "
            + raft.commit()
            + " outside of its log "
            + raft.base()
            + ".."
            + raft.last();
      }
      if (last == null || last.commit() != raft.commit() || last.incarnation() != n.incarnation()) {
        lasts.put(n.node(), new Last(n.incarnation(), raft.commit()));
      }
    }
    return null;
  }
}
