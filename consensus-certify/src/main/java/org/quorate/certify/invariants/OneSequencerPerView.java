package org.quorate.certify.invariants;

import java.util.List;
import java.util.TreeMap;
import org.quorate.certify.View;
import org.quorate.spi.consensus.LinkInvariant;

/** I5, first half: a view has one sequencer, in one start of it, and the view names its store. */
public final class OneSequencerPerView implements LinkInvariant {
  private record Who(long store, long incarnation) {}

  private final TreeMap<View, Who> sequencers = new TreeMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      if (!n.alive() || !n.certify().sequences()) {
        continue;
      }
      View view = n.certify().view();
      Who who = new Who(n.certify().storeId(), n.certify().incarnation());
      Who before = sequencers.putIfAbsent(view, who);
      if (before != null && !before.equals(who) || view.store() != who.store()) {
        return n.node() + " sequences view " + view + " as " + who + ", before " + before;
      }
    }
    return null;
  }
}
