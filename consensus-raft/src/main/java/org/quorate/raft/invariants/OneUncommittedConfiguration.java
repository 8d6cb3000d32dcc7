package org.quorate.raft.invariants;

import java.util.List;
import org.quorate.spi.consensus.LinkInvariant;

/** A leader has at most one membership in its log that is not committed. Raft §4.1. */
public final class OneUncommittedConfiguration implements LinkInvariant {
  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      if (n.raft().leads() && n.raft().uncommittedConfigurations() > 1) {
        return "leader "
            + n.node()
            + " has "
            + n.raft().uncommittedConfigurations()
            + " uncommitted memberships";
      }
    }
    return null;
  }
}
