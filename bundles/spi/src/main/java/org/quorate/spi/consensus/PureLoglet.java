package org.quorate.spi.consensus;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * A consensus protocol as a function: same events, same effects. No thread, clock, random source,
 * socket or file inside; time comes in by {@link Event.Tick}, the seed by {@link LinkContext}.
 */
@ConsumerType
public interface PureLoglet {
  /** Takes all events of one turn and says what to do. */
  void step(List<Event> turn, Effects out);

  /** Reads a message that {@link Message#encode} wrote; throws MalformedException. */
  Message decode(Bytes encoded);

  /**
   * Opaque state of the link that belongs to a snapshot at {@code inner}.
   *
   * @param inner at or below the last delivered or decided index, at or above the last trim
   */
  Bytes linkState(long inner);

  LinkStatus status();

  /**
   * How far the log here is, so that logs of one link can be compared by people who have to choose
   * one: of two, that with the greater rank (as unsigned bytes) has whatever the other one's member may
   * have seen decided.
   */
  default Bytes logRank() {
    return Bytes.ofLong(status().last());
  }

  /**
   * How often it has to know the time while its group is idle, in milliseconds; constant. A driver
   * may leave out ticks of an idle group that are closer. 0: it wants each.
   */
  default long quietTickMs() {
    return 0;
  }
}
