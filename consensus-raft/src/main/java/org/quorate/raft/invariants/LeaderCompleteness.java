package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * Whatever is committed is in the log of every leader of a later term (Raft §3.6), and no two nodes
 * commit different entries at one index.
 */
public final class LeaderCompleteness implements LinkInvariant {
  private record Committed(long incarnation, long commit) {}

  private final CommittedTerms committed = new CommittedTerms();
  private final Map<NodeId, Committed> checked = new HashMap<>();
  private long newestLeaderTerm;

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      Committed c = checked.get(n.node());
      long after = c == null || c.incarnation() != n.incarnation() ? 0 : c.commit();
      if (raft.commit() > after) {
        String wrong = committed.add(n.node().name(), raft, after);
        if (wrong != null) {
          return wrong;
        }
        checked.put(n.node(), new Committed(n.incarnation(), raft.commit()));
      }
    }
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft != null && raft.leads() && raft.term() > newestLeaderTerm) {
        newestLeaderTerm = raft.term();
        String wrong = missing(n.node(), raft);
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  private String missing(NodeId node, RaftView leader) {
    for (long i = leader.base() + 1; i <= committed.last(); i++) {
      long term = committed.term(i);
      if (term > 0 && committed.committedIn(i) < leader.term() && leader.term(i) != term) {
        return "leader "
            + node
            + " of term "
            + leader.term()
            + " lacks entry "
            + i
            + " of term "
            + term
            + ", committed by term "
            + committed.committedIn(i);
      }
    }
    return null;
  }
}
