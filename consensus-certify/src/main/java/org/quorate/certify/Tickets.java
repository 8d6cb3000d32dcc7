package org.quorate.certify;

import java.util.ArrayList;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Refusal;

/** Who waits for a seal or a membership to be committed. Few: at most one change is under way. */
final class Tickets {
  private record At(long index, long ticket) {}

  private final ArrayList<At> waiting = new ArrayList<>();

  void add(long index, long ticket) {
    waiting.add(new At(index, ticket));
  }

  void decidedTo(long commit, Effects out) {
    if (!waiting.isEmpty()) {
      waiting.removeIf(
          at -> {
            boolean decided = at.index() <= commit;
            if (decided) {
              out.answer(at.ticket(), null);
            }
            return decided;
          });
    }
  }

  void giveUp(Effects out, NodeId hint) {
    for (At at : waiting) {
      out.answer(at.ticket(), new Refusal.FateUnknown(hint));
    }
    waiting.clear();
  }
}
