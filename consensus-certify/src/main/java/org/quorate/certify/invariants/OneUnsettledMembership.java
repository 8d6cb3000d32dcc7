package org.quorate.certify.invariants;

import java.util.List;
import org.quorate.spi.consensus.LinkInvariant;

/** A sequencer orders a membership only when the one before is stable. */
public final class OneUnsettledMembership implements LinkInvariant {
  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      // Before a slot of its view is stable it may know too little of what was.
      boolean knows = n.alive() && n.certify().sequences() && n.certify().established();
      if (knows && n.certify().unsettledMemberships() > 1) {
        return n.node() + " has " + n.certify().unsettledMemberships() + " memberships under way";
      }
    }
    return null;
  }
}
