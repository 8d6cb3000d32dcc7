package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.quorate.api.Bytes;

/** A version is the same command with the same verdict and the same state hash on all replicas. */
public final class VersionsAgree implements Invariant {
  private record Key(long version, long session, boolean lease) {}

  private record Effect(Bytes command, long stateHash) {}

  private final Map<Key, Effect> effects = new HashMap<>();

  @Override
  public String check(Step step) {
    for (Step.Executed e : step.executed()) {
      boolean lease = e.command() == null;
      Effect now = new Effect(e.command(), e.stateHash());
      Key key = new Key(e.version(), lease ? e.session() : 0, lease);
      Effect known = effects.putIfAbsent(key, now);
      if (known != null && !Objects.equals(known, now)) {
        return e.node() + " has " + now + " at " + key + ", others " + known;
      }
    }
    return null;
  }
}
