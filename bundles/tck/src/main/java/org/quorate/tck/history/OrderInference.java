package org.quorate.tck.history;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.quorate.tck.history.HistoryTransaction.Status;

/** Which transaction came before which by the clock, and within a process. */
final class OrderInference {
  private record Moment(long atNs, boolean end, int transaction) {}

  private OrderInference() {}

  /** Each transaction after the one before it of its process. */
  static void sessions(Findings findings) {
    Map<Integer, Integer> last = new HashMap<>();
    IntStream.range(0, findings.history.size())
        .filter(findings::effective)
        .boxed()
        .sorted(Comparator.comparingLong(t -> findings.history.get(t).beganNs()))
        .forEach(
            t -> {
              Integer before = last.put(findings.history.get(t).process(), t);
              if (before != null && findings.committed(before)) {
                findings.edges.add(before, t, Dependencies.SESSION, "", 0);
              }
            });
  }

  /**
   * Each transaction after all that had ended when it began: over a chain of moments, so that the
   * number of edges stays linear.
   */
  static void realTime(Findings findings) {
    List<Moment> moments =
        IntStream.range(0, findings.history.size())
            .filter(findings::effective)
            .boxed()
            .flatMap(t -> moments(t, findings.history.get(t)))
            .sorted(Comparator.comparingLong(Moment::atNs).thenComparing(Moment::end))
            .toList();
    int now = -1;
    for (Moment moment : moments) {
      if (moment.end()) {
        int next = findings.edges.moment();
        findings.edges.add(moment.transaction(), next, Dependencies.REAL_TIME, "", 0);
        if (now >= 0) {
          findings.edges.add(now, next, Dependencies.REAL_TIME, "", 0);
        }
        now = next;
      } else if (now >= 0) {
        findings.edges.add(now, moment.transaction(), Dependencies.REAL_TIME, "", 0);
      }
    }
  }

  private static Stream<Moment> moments(int number, HistoryTransaction transaction) {
    Moment began = new Moment(transaction.beganNs(), false, number);
    return transaction.status() == Status.COMMITTED
        ? Stream.of(began, new Moment(transaction.endedNs(), true, number))
        : Stream.of(began);
  }
}
