package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/** Election safety: at most one node ever leads in a term. Raft §3.4. */
public final class AtMostOneLeaderPerTerm implements LinkInvariant {
  private final Map<Long, NodeId> leaders = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      if (raft.leads()) {
        NodeId first = leaders.putIfAbsent(raft.term(), n.node());
        if (first != null && !first.equals(n.node())) {
          return "term " + raft.term() + " is led by " + first + " and by " + n.node();
        }
      }
    }
    return null;
  }
}
