package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * A store's term never falls and its vote changes at most once in a term, from none to one: while it
 * runs by what is in memory, across restarts by what is durable. Raft §3.8.
 */
public final class TermAndVoteMonotone implements LinkInvariant {
  private record Last(
      long store, long incarnation, long term, NodeId vote, long durableTerm, NodeId durableVote) {}

  private final Map<NodeId, Last> lasts = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      Last last = lasts.get(n.node());
      if (raft.halted() != null || last != null && same(last, n.incarnation(), raft)) {
        continue;
      }
      if (last != null && last.store() == raft.storeId()) {
        boolean restarted = last.incarnation() != n.incarnation();
        String wrong =
            restarted
                ? fell(n.node(), last.durableTerm(), last.durableVote(), raft)
                : fell(n.node(), last.term(), last.vote(), raft);
        if (wrong != null) {
          return wrong;
        }
      }
      lasts.put(
          n.node(),
          new Last(
              raft.storeId(),
              n.incarnation(),
              raft.term(),
              raft.vote(),
              raft.durableTerm(),
              raft.durableVote()));
    }
    return null;
  }

  private static boolean same(Last last, long incarnation, RaftView raft) {
    return last.incarnation() == incarnation
        && last.term() == raft.term()
        && Objects.equals(last.vote(), raft.vote())
        && last.durableTerm() == raft.durableTerm()
        && Objects.equals(last.durableVote(), raft.durableVote());
  }

  private static String fell(NodeId node, long term, NodeId vote, RaftView raft) {
    if (raft.term() < term) {
      return node + " is in term " + raft.term() + " after " + term;
    }
    if (raft.term() == term && vote != null && !vote.equals(raft.vote())) {
      return node + " votes for " + raft.vote() + " in term " + term + " after " + vote;
    }
    return null;
  }
}
