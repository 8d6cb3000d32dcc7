package org.quorate.client;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.quorate.api.Conflict;

/** What became of the tries of a client's transactions. Thread-safe. */
public final class TransactionCounters {
  private final Map<Conflict.Reason, LongAdder> aborts = new EnumMap<>(Conflict.Reason.class);
  private final LongAdder tries = new LongAdder();
  private final LongAdder doomed = new LongAdder();
  private final LongAdder reservations = new LongAdder();

  TransactionCounters() {
    for (Conflict.Reason reason : Conflict.Reason.values()) {
      aborts.put(reason, new LongAdder());
    }
  }

  void tried() {
    tries.increment();
  }

  void aborted(Conflict.Reason reason) {
    aborts.get(reason).increment();
  }

  void doomed() {
    doomed.increment();
  }

  void reserved() {
    reservations.increment();
  }

  /** Runs of closures. */
  public long tries() {
    return tries.sum();
  }

  /** Tries given up before they were proposed, since what they had read was old already. */
  public long doomedEarly() {
    return doomed.sum();
  }

  /** Tries with their keys reserved, since the one before had lost. */
  public long reservations() {
    return reservations.sum();
  }

  /** Tries that lost at certification for a reason; most were run again. */
  public long aborts(Conflict.Reason reason) {
    return aborts.get(reason).sum();
  }
}
