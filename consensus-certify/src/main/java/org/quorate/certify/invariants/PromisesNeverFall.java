package org.quorate.certify.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.certify.CertifyView;
import org.quorate.certify.View;
import org.quorate.spi.consensus.LinkInvariant;

/** I9, fencing: the view that a store promised never falls, across restarts what was durable of it. */
public final class PromisesNeverFall implements LinkInvariant {
  private final Map<Long, View> durable = new HashMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      CertifyView c = n.certify();
      if (c.halted() != null) {
        continue;
      }
      View before = durable.getOrDefault(c.storeId(), View.NONE);
      if (before.compareTo(c.view()) > 0 || c.durableView().compareTo(c.view()) > 0) {
        return n.node() + " promised view " + c.view() + " after " + before;
      }
      durable.put(c.storeId(), c.durableView());
    }
    return null;
  }
}
