package org.quorate.spi.consensus;

import java.util.ArrayList;
import org.quorate.api.NodeId;

/**
 * Who waits for a seal or a membership to be decided, by index. Few: at most one change is under way.
 * Pure; for one protocol instance.
 */
public final class Tickets {
  private record At(long index, long ticket) {}

  private final ArrayList<At> waiting = new ArrayList<>();

  /** The ticket is answered when the index is decided. */
  public void add(long index, long ticket) {
    waiting.add(new At(index, ticket));
  }

  /** Answers everyone up to an index. */
  public void decidedTo(long commit, Effects out) {
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

  /** Tells all that their fate is unknown here. */
  public void giveUp(Effects out, NodeId hint) {
    for (At at : waiting) {
      out.answer(at.ticket(), new Refusal.FateUnknown(hint));
    }
    waiting.clear();
  }
}
