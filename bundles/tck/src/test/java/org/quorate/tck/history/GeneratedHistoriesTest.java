package org.quorate.tck.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quorate.api.Isolation;

/** Histories of executors whose isolation is known, and a search through all orders. */
class GeneratedHistoriesTest {
  private static final int SEEDS = 300;

  @Test
  void serialExecutionIsCleanAtEveryLevel() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      List<HistoryTransaction> history =
          new Executor(seed, Executor.Rule.SERIALIZABLE).run(60, 8, 4);
      HistoryChecker.Report report = HistoryChecker.check(history, Isolation.STRICT, true);
      assertTrue(report.valid(), () -> report.toString());
    }
  }

  @Test
  void snapshotsAreCleanAtTheirLevelAndShowWriteSkewAbove() {
    int skewed = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      List<HistoryTransaction> history = new Executor(seed, Executor.Rule.SNAPSHOT).run(60, 8, 4);
      HistoryChecker.Report report = HistoryChecker.check(history, Isolation.SNAPSHOT, true);
      assertTrue(report.valid(), () -> report.toString());
      Set<String> above = HistoryChecker.check(history, Isolation.SERIALIZABLE, false).names();
      assertTrue(above.isEmpty() || above.equals(Set.of("G2")), above::toString);
      skewed += above.isEmpty() ? 0 : 1;
    }
    assertTrue(skewed > SEEDS / 4, "write skew in " + skewed);
  }

  @Test
  void executionWithoutCertificationLosesUpdates() {
    Set<String> names = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      List<HistoryTransaction> history = new Executor(seed, Executor.Rule.NONE).run(60, 8, 4);
      names.addAll(HistoryChecker.check(history, Isolation.SNAPSHOT, false).names());
    }
    assertTrue(names.contains("lost-update"), names::toString);
  }

  /** Where everything is read at the end, a cycle is there if and only if no order explains all. */
  @Test
  void agreesWithASearchThroughAllOrders() {
    int serializable = 0;
    int runs = 4 * SEEDS;
    for (int seed = 1; seed <= runs; seed++) {
      Executor.Rule rule = seed % 2 == 0 ? Executor.Rule.SNAPSHOT : Executor.Rule.NONE;
      List<HistoryTransaction> history = new Executor(seed, rule).run(5, 4, 2);
      boolean expected = explained(history, new ArrayList<>(), new HashSet<>());
      HistoryChecker.Report report = HistoryChecker.check(history, Isolation.SERIALIZABLE, false);
      assertEquals(expected, report.valid(), () -> history + "\n" + report);
      serializable += expected ? 1 : 0;
    }
    assertTrue(serializable > runs / 10 && serializable < runs * 9 / 10, "of " + serializable);
  }

  private static boolean explained(
      List<HistoryTransaction> history, List<HistoryTransaction> order, Set<Integer> used) {
    if (used.size() == history.size()) {
      return true;
    }
    for (int t = 0; t < history.size(); t++) {
      if (used.add(t)) {
        order.add(history.get(t));
        if (fits(order) && explained(history, order, used)) {
          return true;
        }
        order.remove(order.size() - 1);
        used.remove(t);
      }
    }
    return false;
  }

  /** Whether the last transaction sees what those before it left. */
  private static boolean fits(List<HistoryTransaction> order) {
    java.util.Map<String, long[]> lists = new java.util.HashMap<>();
    boolean right = true;
    for (HistoryTransaction transaction : order) {
      if (transaction.status() != HistoryTransaction.Status.COMMITTED) {
        continue;
      }
      right = true;
      for (Operation operation : transaction.operations()) {
        long[] now = lists.getOrDefault(operation.key(), new long[0]);
        if (operation instanceof Operation.Append append) {
          long[] longer = Arrays.copyOf(now, now.length + 1);
          longer[now.length] = append.value();
          lists.put(operation.key(), longer);
        } else if (operation instanceof Operation.ReadList read) {
          right &= Arrays.equals(now, read.values());
        }
      }
    }
    return right;
  }

  @Test
  void aHundredThousandTransactionsAndOneBadOne() {
    List<HistoryTransaction> history =
        new Executor(1, Executor.Rule.SERIALIZABLE).run(100_000, 33, 2_000);
    HistoryChecker.Report clean = HistoryChecker.check(history, Isolation.STRICT, true);
    assertTrue(clean.valid(), clean::toString);
    assertTrue(clean.dependencies() > 200_000, "found " + clean.dependencies());
    for (int t = history.size() / 2; t < history.size(); t++) {
      HistoryTransaction bad = history.get(t);
      if (bad.operations().get(0) instanceof Operation.ReadList read && read.values().length > 3) {
        List<Operation> operations = new ArrayList<>(bad.operations().subList(1, 1));
        operations.add(new Operation.ReadList(read.key(), read.values()[0], read.values()[1]));
        history.set(
            t,
            new HistoryTransaction(
                bad.process(), bad.beganNs(), bad.endedNs(), bad.status(), 0, operations));
        break;
      }
    }
    assertFalse(HistoryChecker.check(history, Isolation.STRICT, true).valid());
  }
}
