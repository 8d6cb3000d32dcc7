package org.quorate.simulator.invariant;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.core.log.VirtualLog;

/**
 * Verdicts, versions, times and states follow from the log alone: a replica of its own that never
 * crashes, takes no snapshot and executes one record after the other gives each version the same
 * command and hash as those that do.
 */
public final class VerdictsFollowFromTheLog implements Invariant {
  /** Is told what the replay executes. */
  public interface Executed {
    void executed(long version, long session, Bytes command, long timeMs, long stateHash);
  }

  private record Key(long version, long lease) {}

  private record Effect(Bytes command, long timeMs, long stateHash) {}

  private final Map<Key, Effect> expected = new HashMap<>();
  private final VirtualLog replay;
  private final History history;

  /**
   * Replays the group's log.
   *
   * @param history of the group
   * @param open opens the virtual log of an empty state, which tells what it executes
   */
  VerdictsFollowFromTheLog(History history, Function<Executed, VirtualLog> open) {
    this.history = history;
    replay =
        open.apply(
            (version, session, command, timeMs, stateHash) ->
                expected.put(
                    key(version, session, command), new Effect(command, timeMs, stateHash)));
    history.readBy((position, payload, record) -> replay.deliver(position, payload));
  }

  private static Key key(long version, long session, Bytes command) {
    return new Key(version, command == null ? session : 0);
  }

  @Override
  public String check(Step step) {
    history.add(step);
    for (Step.Executed e : step.executed()) {
      Effect now = new Effect(e.command(), e.timeMs(), e.stateHash());
      Effect wanted = expected.get(key(e.version(), e.session(), e.command()));
      if (!Objects.equals(wanted, now)) {
        return e.node()
            + " has "
            + now
            + " at version "
            + e.version()
            + ", a replay of the log "
            + wanted;
      }
    }
    return null;
  }
}
