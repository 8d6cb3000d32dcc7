package org.quorate.certify.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyView;
import org.quorate.spi.consensus.LinkInvariant;

/** I3: what is stable at a node stays so while it runs, and lies in its log; delivered follows. */
public final class StableOnlyGrows implements LinkInvariant {
  private record Last(long incarnation, long stable) {}

  private final Map<NodeId, Last> lasts = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      CertifyView c = n.certify();
      Last last = lasts.get(n.node());
      if (last != null && last.incarnation() == n.incarnation() && c.stable() < last.stable()) {
        return n.node() + " has slots stable to " + c.stable() + " after " + last.stable();
      }
      boolean ordered =
          c.base() <= c.delivered() && c.delivered() <= c.stable() && c.stable() <= c.last();
      if (!ordered) {
        return n.node()
            + " has base "
            + c.base()
            + ", delivered "
            + c.delivered()
            + ", stable "
            + c.stable()
            + ", last "
            + c.last();
      }
      lasts.put(n.node(), new Last(n.incarnation(), c.stable()));
    }
    return null;
  }
}
