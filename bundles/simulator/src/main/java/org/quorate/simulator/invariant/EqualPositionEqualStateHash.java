package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Replicas at one position have one version and one state hash. */
public final class EqualPositionEqualStateHash implements Invariant {
  private record State(long version, String hash) {}

  private final Map<Long, State> states = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Looked l : step.looked()) {
      State now = new State(l.version(), l.stateHash());
      State known = states.putIfAbsent(l.position(), now);
      if (known != null && !Objects.equals(known, now)) {
        return l.node() + " has " + now + " at position " + l.position() + ", others " + known;
      }
    }
    return null;
  }
}
