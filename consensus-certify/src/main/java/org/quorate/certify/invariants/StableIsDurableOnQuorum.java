package org.quorate.certify.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyView;
import org.quorate.certify.View;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * I8: the last slot found stable is held by a quorum, order by more than half of the votes and payload
 * by more than half of those that keep payload, whoever restarts. Who found it counts by what it
 * knows on its own disk; for others, whose completion may be under way to them, what they hold
 * counts, and each restart shows what was on the disk in truth.
 */
public final class StableIsDurableOnQuorum implements LinkInvariant {
  private final Map<NodeId, Long> incarnations = new HashMap<>();
  private long slot;
  private View view;
  private long keptSlot; // the last slot at or before it that payload keepers decide
  private View keptView = View.NONE;
  private Membership membership;
  private Membership before; // what it may have been counted in by another node

  @Override
  public String check(List<LinkView> nodes) {
    List<Views.Seen> seen = Views.of(nodes);
    NodeId finder = null;
    boolean look = false;
    for (Views.Seen n : seen) {
      CertifyView c = n.certify();
      if (n.alive() && c.sequences() && c.stable() > slot) {
        slot = c.stable();
        view = c.view(slot);
        payload(c);
        membership = c.membership();
        before = c.membership(slot);
        finder = n.node();
        look = true;
      }
      Long started = incarnations.put(n.node(), n.incarnation());
      look |= started != null && started != n.incarnation();
    }
    if (!look || membership == null || count(before, seen, finder) == null) {
      return null;
    }
    return count(membership, seen, finder);
  }

  private void payload(CertifyView c) {
    for (long s = slot; s > Math.max(keptSlot, c.base()); s--) {
      if (c.needsKeepers(s)) {
        keptSlot = s;
        keptView = c.view(s);
        return;
      }
    }
  }

  private String count(Membership membership, List<Views.Seen> seen, NodeId finder) {
    int votes = 0;
    int ordered = 0;
    int keepers = 0;
    int kept = 0;
    for (Member m : membership.members()) {
      if (m.role() != Role.VOTER && m.role() != Role.WITNESS) {
        continue;
      }
      votes += m.weight();
      ordered += holds(m, slot, view, seen, finder) ? m.weight() : 0;
      if (m.role() == Role.VOTER) {
        keepers += m.weight();
        kept += holds(m, keptSlot, keptView, seen, finder) ? m.weight() : 0;
      }
    }
    return 2 * ordered > votes && 2 * kept > keepers
        ? null
        : "slot "
            + slot
            + " of view "
            + view
            + " is stable, ordered at "
            + ordered
            + " of "
            + votes
            + " votes, kept at "
            + kept
            + " of "
            + keepers;
  }

  private boolean holds(Member member, long at, View of, List<Views.Seen> seen, NodeId finder) {
    for (Views.Seen n : seen) {
      if (n.node().equals(member.node())) {
        CertifyView c = n.certify();
        if (c.storeId() != member.storeId() || c.halted() != null) {
          return true; // the store is gone or not readable: what it held can not be judged
        }
        long top = n.node().equals(finder) ? c.durable() : c.complete();
        return top >= at && (c.base() >= at || of.equals(c.view(at)));
      }
    }
    return true; // not seen here
  }
}
