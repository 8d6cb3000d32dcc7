package org.quorate.raft.invariants;

import java.util.List;
import org.quorate.raft.RaftView;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * A leader has at most one membership in its log that is not committed (Raft §4.1). It knows what is
 * committed once an entry of its term is: before, it may have inherited two and not know that the
 * first one is.
 */
public final class OneUncommittedConfiguration implements LinkInvariant {
  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView n : nodes) {
      RaftView raft = Views.raft(n);
      if (raft == null) {
        continue;
      }
      boolean established = raft.leads() && raft.term(raft.commit()) == raft.term();
      if (established && raft.uncommittedConfigurations() > 1) {
        return "leader "
            + n.node()
            + " has "
            + raft.uncommittedConfigurations()
            + " uncommitted memberships";
      }
    }
    return null;
  }
}
