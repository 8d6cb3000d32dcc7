package org.quorate.certify.invariants;

import java.util.List;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.LinkStatus;

/** I9: outside of the primary component a node is OPEN and takes no proposals. */
public final class NonPrimaryProposesNothing implements LinkInvariant {
  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      if (!n.alive() || !(n.loglet() instanceof org.quorate.certify.CertifyLoglet loglet)) {
        continue;
      }
      LinkStatus status = loglet.status();
      boolean open = status.role().equals("OPEN");
      if (!loglet.view().primary() && (status.proposer() || status.timekeeper())
          || loglet.view().halted() == null && !loglet.view().primary() && !open) {
        return n.node() + " is not primary and " + status.role();
      }
    }
    return null;
  }
}
