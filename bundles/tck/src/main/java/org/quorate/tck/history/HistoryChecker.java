package org.quorate.tck.history;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.quorate.api.Isolation;
import org.quorate.tck.history.Anomaly.Kind;
import org.quorate.tck.history.Anomaly.Order;

/**
 * Looks in a history of lists and registers for what an isolation level forbids. What it reports did
 * happen, whatever the order in which the system says it ran the transactions; it takes time linear
 * in the size of the history. After Elle (Kingsbury and Alvaro, VLDB 2020).
 *
 * <p>It finds the more the more is read: end a history with reads of all keys.
 */
public final class HistoryChecker {
  /**
   * What was found.
   *
   * @param anomalies a few of each kind
   * @param dependencies edges between transactions that were inferred
   */
  public record Report(int transactions, int dependencies, List<Anomaly> anomalies) {
    public Report {
      anomalies = List.copyOf(anomalies);
    }

    /** Whether the level was held, as far as the history tells. */
    public boolean valid() {
      return anomalies.isEmpty();
    }

    /** Names of what was found. */
    public Set<String> names() {
      return anomalies.stream().map(Anomaly::name).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public String toString() {
      String head = transactions + " transactions, " + dependencies + " dependencies: ";
      return valid()
          ? head + "no anomaly"
          : head
              + names()
              + "\n"
              + anomalies.stream().map(Anomaly::toString).collect(Collectors.joining("\n"));
    }
  }

  private HistoryChecker() {}

  /**
   * Checks a history.
   *
   * @param sessions whether the transactions of a process must also follow one another: read your
   *     writes, monotonic reads. STRICT always asks for more than that.
   * @throws IllegalArgumentException if a value was written twice to one key
   */
  public static Report check(List<HistoryTransaction> history, Isolation level, boolean sessions) {
    Findings findings = new Findings(history);
    new ListInference(findings).run();
    new RegisterInference(findings).run();
    boolean strict = level == Isolation.STRICT;
    if (strict) {
      OrderInference.realTime(findings);
    } else if (sessions) {
      OrderInference.sessions(findings);
    }
    findings.edges.seal();
    CycleSearch search = new CycleSearch(findings.edges, findings.explanation, findings.anomalies);
    findings.told.forEach(search::told);
    boolean skew = level != Isolation.SNAPSHOT;
    search.run(Order.DATA, skew);
    if (strict) {
      search.run(Order.REAL_TIME, skew);
    } else if (sessions) {
      search.run(Order.SESSION, skew);
    }
    return new Report(history.size(), findings.edges.size(), findings.anomalies);
  }

  /**
   * Checks reads of all accounts of a bank.
   *
   * @param balances what one transaction read; all accounts
   */
  public static List<Anomaly> bank(List<long[]> balances, long total, boolean overdraft) {
    return balances.stream()
        .filter(b -> sum(b) != total || !overdraft && lowest(b) < 0)
        .limit(8)
        .map(
            b ->
                new Anomaly(
                    Kind.TOTAL,
                    Order.DATA,
                    "balances "
                        + Operation.ReadList.tail(b, b.length)
                        + " have the sum "
                        + sum(b)
                        + ", it must be "
                        + total
                        + (overdraft ? "" : " without a balance below 0")))
        .toList();
  }

  private static long sum(long[] balances) {
    long sum = 0;
    for (long balance : balances) {
      sum += balance;
    }
    return sum;
  }

  private static long lowest(long[] balances) {
    long lowest = Long.MAX_VALUE;
    for (long balance : balances) {
      lowest = Math.min(lowest, balance);
    }
    return lowest;
  }

  /** Checks a counter that was only raised, by its value after everything has ended. */
  public static List<Anomaly> counter(long value, long acknowledged, long unknown) {
    return value >= acknowledged && value <= acknowledged + unknown
        ? List.of()
        : List.of(
            new Anomaly(
                Kind.COUNT,
                Order.DATA,
                "the counter is "
                    + value
                    + ", acknowledged were "
                    + acknowledged
                    + " and of unknown fate "
                    + unknown));
  }
}
