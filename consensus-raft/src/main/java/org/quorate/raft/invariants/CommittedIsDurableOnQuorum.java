package org.quorate.raft.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * The last entry that a leader committed is on a quorum of the membership it did so with, and stays
 * there whoever restarts. The leader itself counts by what it knows on its disk; for the others,
 * whose completion may be under way to them, what they hold counts, and each restart shows what was
 * on the disk in truth.
 */
public final class CommittedIsDurableOnQuorum implements LinkInvariant {
  private final Map<NodeId, Long> incarnations = new HashMap<>();
  private long index;
  private long term;
  private Membership membership;

  @Override
  public String check(List<LinkView> nodes) {
    NodeId committer = null;
    boolean look = false;
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      if (n.alive() && raft.leads() && raft.commit() > index) {
        index = raft.commit();
        term = raft.term(index);
        membership = raft.membership();
        committer = n.node();
        look = true;
      }
      Long before = incarnations.get(n.node());
      if (before == null || before != n.incarnation()) {
        incarnations.put(n.node(), n.incarnation());
        look |= before != null;
      }
    }
    return look && membership != null ? count(nodes, committer) : null;
  }

  private String count(List<LinkView> nodes, NodeId committer) {
    int voters = 0;
    int have = 0;
    for (Member m : membership.members()) {
      if (m.role() == Role.VOTER) {
        voters++;
        have += holds(m, nodes, committer) ? 1 : 0;
      }
    }
    return have > voters / 2
        ? null
        : "entry "
            + index
            + " of term "
            + term
            + " is committed, held by "
            + have
            + " of "
            + voters;
  }

  private boolean holds(Member member, List<LinkView> nodes, NodeId committer) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft != null && n.node().equals(member.node())) {
        if (raft.storeId() != member.storeId() || raft.halted() != null) {
          return true; // the store is gone or not readable: what it held can not be judged
        }
        long top = n.node().equals(committer) ? raft.durable() : raft.last();
        return top >= index && (raft.base() >= index || raft.term(index) == term);
      }
    }
    return true; // not seen here
  }
}
