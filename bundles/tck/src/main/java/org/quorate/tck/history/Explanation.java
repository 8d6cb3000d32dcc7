package org.quorate.tck.history;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tells in words what was found. */
final class Explanation {
  private final List<HistoryTransaction> history;

  Explanation(List<HistoryTransaction> history) {
    this.history = history;
  }

  /** The transactions of a cycle, then why each comes before the next. */
  String cycle(Dependencies edges, List<Integer> cycle) {
    Set<Integer> members = new LinkedHashSet<>();
    StringBuilder reasons = new StringBuilder();
    int from = -1;
    for (int edge : cycle) {
      boolean begins = edges.from(edge) < history.size();
      boolean ends = edges.to(edge) < history.size();
      if (begins) {
        from = edges.from(edge);
        members.add(from);
      }
      if (ends) {
        int to = edges.to(edge);
        reasons.append("\n  T").append(from).append(" before T").append(to).append(": ");
        reasons.append(reason(edges, edge, from, to));
      }
    }
    StringBuilder text = new StringBuilder("a cycle of ").append(members.size());
    members.forEach(t -> text.append("\n  T").append(t).append(": ").append(history.get(t)));
    return text.append(reasons).toString();
  }

  private static String reason(Dependencies edges, int edge, int from, int to) {
    String key = edges.key(edge);
    long value = edges.value(edge);
    return switch (edges.type(edge)) {
      case Dependencies.WW -> "T" + to + " wrote " + value + " to " + key + " after it (ww)";
      case Dependencies.WR -> "T" + to + " read " + value + " of " + key + ", its write (wr)";
      case Dependencies.RW ->
          "T" + from + " read " + key + " as it was before T" + to + " wrote " + value + " (rw)";
      case Dependencies.SESSION -> "the same process ran T" + to + " after it";
      default -> "it had ended when T" + to + " began";
    };
  }

  /** A transaction with its number. */
  String transaction(int number) {
    return "T" + number + " (" + history.get(number) + ")";
  }
}
