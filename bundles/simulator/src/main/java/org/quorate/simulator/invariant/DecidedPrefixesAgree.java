package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/** At one inner index of a link every replica delivers the same payload, in rising order. */
public final class DecidedPrefixesAgree implements Invariant {
  private record Place(long planId, long inner) {}

  private record Reader(NodeId node, long planId) {}

  private record Run(long incarnation, long inner) {}

  private final Map<Place, Bytes> decided = new HashMap<>();
  private final Map<Reader, Run> last = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Delivered d : step.delivered()) {
      Bytes known = decided.putIfAbsent(new Place(d.planId(), d.inner()), d.payload());
      if (known != null && !Objects.equals(known, d.payload())) {
        return d.node() + " delivered " + d.payload() + " at " + d.inner() + ", others " + known;
      }
      Run before = last.put(new Reader(d.node(), d.planId()), new Run(d.incarnation(), d.inner()));
      if (before != null
          && before.incarnation() == d.incarnation()
          && before.inner() >= d.inner()) {
        return d.node() + " delivered " + d.inner() + " after " + before.inner();
      }
    }
    return null;
  }
}
