package org.quorate.tck.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.tck.history.Anomaly.Kind;
import org.quorate.tck.history.Anomaly.Order;
import org.quorate.tck.history.HistoryTransaction.Status;

/** What the two kinds of inference share: the history, the edges and what was found on the way. */
final class Findings {
  /** Anomalies told of each kind that is no cycle. */
  private static final int TOLD = 8;

  final List<HistoryTransaction> history;
  final Dependencies edges;
  final Explanation explanation;
  final List<Anomaly> anomalies = new ArrayList<>();
  final List<Integer> told = new ArrayList<>();
  private final BitSet effective = new BitSet();
  private final Map<Kind, Integer> counts = new HashMap<>();

  Findings(List<HistoryTransaction> history) {
    this.history = history;
    this.edges = new Dependencies(history.size());
    this.explanation = new Explanation(history);
    for (int t = 0; t < history.size(); t++) {
      effective.set(t, committed(t));
    }
  }

  boolean committed(int transaction) {
    return history.get(transaction).status() == Status.COMMITTED;
  }

  /** Committed as far as its client knows, or seen by one that was. */
  boolean effective(int transaction) {
    return effective.get(transaction);
  }

  void tell(Kind kind, String text) {
    if (counts.merge(kind, 1, Integer::sum) <= TOLD) {
      anomalies.add(new Anomaly(kind, Order.DATA, text));
    }
  }

  /** Judges who wrote a value that a committed transaction read: by itself, aborted, nobody. */
  void seen(String key, long value, int writer, int reader) {
    if (writer < 0) {
      tell(Kind.GARBAGE, text(reader) + " read " + value + " of " + key + ": nobody wrote it");
    } else if (history.get(writer).status() == Status.ABORTED) {
      tell(
          Kind.G1A,
          text(reader)
              + " read "
              + value
              + " of "
              + key
              + ", written by the aborted "
              + text(writer));
    } else {
      effective.set(writer);
    }
  }

  /** The reader saw a write that its transaction followed by another. */
  void intermediate(String key, long value, int writer, int reader) {
    tell(
        Kind.G1B,
        text(reader) + " read " + value + " of " + key + ", which " + text(writer) + " overwrote");
  }

  /** Both read the same version of the key and both replaced it. */
  void lostUpdate(String key, long version, int one, int other) {
    tell(
        Kind.LOST_UPDATE,
        "both read "
            + key
            + " at "
            + version
            + " and wrote it\n  "
            + text(one)
            + "\n  "
            + text(other));
    told.add(one);
  }

  String text(int transaction) {
    return explanation.transaction(transaction);
  }
}
