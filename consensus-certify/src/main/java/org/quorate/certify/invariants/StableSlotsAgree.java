package org.quorate.certify.invariants;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyView;
import org.quorate.spi.consensus.LinkInvariant;

/**
 * I1, I2, I3, I4 and I12: what one node finds stable at a slot every node does; a message is stable at
 * one slot only, whatever views it was ordered in; an origin's messages are stable in the order of
 * their counters, none left out.
 */
public final class StableSlotsAgree implements LinkInvariant {
  private record Slot(String entry, Bytes body) {}

  private record Origin(long store, long incarnation) {}

  private final Map<Long, Slot> slots = new HashMap<>();
  private final Map<Origin, Long> counters = new HashMap<>();
  private final Map<NodeId, Long> checked = new HashMap<>();
  private final Map<NodeId, Long> incarnations = new HashMap<>();
  private long known;

  @Override
  public String check(List<LinkView> nodes) {
    for (Views.Seen n : Views.of(nodes)) {
      CertifyView c = n.certify();
      Long before = incarnations.put(n.node(), n.incarnation());
      if (before == null || before != n.incarnation()) {
        checked.put(n.node(), c.base());
      }
      long from = Math.max(checked.get(n.node()), c.base());
      long to = Math.min(c.stable(), c.last());
      for (long slot = from + 1; slot <= to; slot++) {
        String wrong = check(n.node(), c, slot);
        if (wrong != null) {
          return wrong;
        }
      }
      checked.put(n.node(), Math.max(from, to));
    }
    return null;
  }

  private String check(NodeId node, CertifyView c, long slot) {
    Slot there = new Slot(c.word(slot), c.bare(slot) ? null : c.body(slot));
    Slot before = slots.putIfAbsent(slot, there);
    if (before == null) {
      return first(node, c, slot);
    }
    boolean same =
        before.entry().equals(there.entry())
            && (before.body() == null
                || there.body() == null
                || before.body().equals(there.body()));
    if (before.body() == null && there.body() != null) {
      slots.put(slot, there);
    }
    return same
        ? null
        : node
            + " has "
            + there.entry()
            + " stable at slot "
            + slot
            + ", elsewhere "
            + before.entry();
  }

  /** The first node that knows the slot: only then the order of messages is looked at. */
  private String first(NodeId node, CertifyView c, long slot) {
    if (slot != known + 1) {
      return null; // a simulation that began with state
    }
    known = slot;
    if (!c.isPayload(slot)) {
      return null;
    }
    Origin origin = new Origin(c.origin(slot), c.originIncarnation(slot));
    long last = counters.getOrDefault(origin, 0L);
    counters.put(origin, c.counter(slot));
    return c.counter(slot) == last + 1
        ? null
        : node + " has " + c.word(slot) + " stable at slot " + slot + " after counter " + last;
  }
}
