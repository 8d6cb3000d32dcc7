package org.quorate.certify.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyView;
import org.quorate.certify.View;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * I3 beyond the stable slots, and I5, second half: a slot of a view holds the same message at
 * everyone who has it, and follows a slot of the same view; so nodes that went through the same views
 * delivered the same in each.
 */
public final class LogsMatch implements LinkInvariant {
  private record At(long slot, View view) {}

  private record Is(String entry, View before) {}

  private final Map<At, Is> known = new HashMap<>();
  private final Map<NodeId, Long> lasts = new HashMap<>();
  private final Map<NodeId, View> lastViews = new HashMap<>();
  private final Map<NodeId, Long> incarnations = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      CertifyView c = n.certify();
      Long before = incarnations.put(n.node(), n.incarnation());
      View lastView = c.view(c.last());
      boolean fresh = before == null || before != n.incarnation();
      boolean moved =
          fresh || lasts.get(n.node()) != c.last() || !lastView.equals(lastViews.get(n.node()));
      if (moved) {
        lasts.put(n.node(), c.last());
        lastViews.put(n.node(), lastView);
        String wrong = check(n.node(), c, fresh ? c.base() : Math.max(c.base(), c.stable() - 1));
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  private String check(NodeId node, CertifyView c, long from) {
    for (long slot = from + 1; slot <= c.last(); slot++) {
      Is is = new Is(c.word(slot), c.view(slot - 1));
      Is before = known.putIfAbsent(new At(slot, c.view(slot)), is);
      if (before != null && !before.equals(is)) {
        return node
            + " has "
            + is
            + " at slot "
            + slot
            + " of view "
            + c.view(slot)
            + ", elsewhere "
            + before;
      }
    }
    return null;
  }
}
