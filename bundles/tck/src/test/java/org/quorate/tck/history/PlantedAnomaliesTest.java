package org.quorate.tck.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quorate.api.Isolation;
import org.quorate.tck.history.HistoryTransaction.Status;
import org.quorate.tck.history.Operation.Append;
import org.quorate.tck.history.Operation.Read;
import org.quorate.tck.history.Operation.ReadList;
import org.quorate.tck.history.Operation.Write;

/** One small history for each anomaly, and the nearest history without it. */
class PlantedAnomaliesTest {
  private final List<HistoryTransaction> history = new ArrayList<>();

  /** Transactions that all overlap, each of a process of its own. */
  private void concurrent(Operation... operations) {
    add(history.size(), 0, 1000, Status.COMMITTED, 0, operations);
  }

  private void add(
      int process, long began, long ended, Status status, long version, Operation... operations) {
    history.add(
        new HistoryTransaction(process, began, ended, status, version, List.of(operations)));
  }

  private Set<String> names(Isolation level) {
    return HistoryChecker.check(history, level, false).names();
  }

  private void expect(String snapshot, String serializable, String strict) {
    assertEquals(snapshot.isEmpty() ? Set.of() : Set.of(snapshot), names(Isolation.SNAPSHOT));
    assertEquals(
        serializable.isEmpty() ? Set.of() : Set.of(serializable), names(Isolation.SERIALIZABLE));
    assertEquals(strict.isEmpty() ? Set.of() : Set.of(strict), names(Isolation.STRICT));
  }

  @Test
  void dirtyWrite() {
    concurrent(new Append("x", 1), new Append("y", 1));
    concurrent(new Append("x", 2), new Append("y", 2));
    concurrent(new ReadList("x", 1, 2), new ReadList("y", 2, 1));
    expect("G0", "G0", "G0");
  }

  @Test
  void appendsOfAnotherBetweenTwoOfOneTransaction() {
    concurrent(new Append("x", 1), new Append("x", 3));
    concurrent(new Append("x", 2));
    concurrent(new ReadList("x", 1, 2, 3));
    expect("G0", "G0", "G0");
  }

  @Test
  void abortedRead() {
    add(0, 0, 10, Status.ABORTED, 0, new Append("x", 1));
    concurrent(new ReadList("x", 1));
    expect("G1a", "G1a", "G1a");
  }

  @Test
  void abortedReadOfARegister() {
    add(0, 0, 10, Status.ABORTED, 0, new Write("x", 1));
    concurrent(new Read("x", 1));
    expect("G1a", "G1a", "G1a");
  }

  @Test
  void unknownThatWasSeenIsNoAbortedRead() {
    add(0, 0, 10, Status.UNKNOWN, 0, new Append("x", 1), new Write("y", 1));
    concurrent(new ReadList("x", 1), new Read("y", 1));
    expect("", "", "");
  }

  @Test
  void intermediateRead() {
    concurrent(new Append("x", 1), new Append("x", 2));
    concurrent(new ReadList("x", 1));
    assertTrue(names(Isolation.SNAPSHOT).contains("G1b"));
  }

  @Test
  void intermediateReadOfARegister() {
    concurrent(new Write("x", 1), new Write("x", 2));
    concurrent(new Read("x", 1));
    expect("G1b", "G1b", "G1b");
  }

  @Test
  void circularInformationFlow() {
    concurrent(new Append("x", 1), new ReadList("y", 1));
    concurrent(new Append("y", 1), new ReadList("x", 1));
    expect("G1c", "G1c", "G1c");
  }

  @Test
  void circularInformationFlowOverRegisters() {
    concurrent(new Write("x", 1), new Read("y", 1));
    concurrent(new Write("y", 1), new Read("x", 1));
    expect("G1c", "G1c", "G1c");
  }

  @Test
  void readSkew() {
    concurrent(new Append("x", 1), new Append("y", 1));
    concurrent(new ReadList("x", 1), new ReadList("y"));
    expect("G-single", "G-single", "G-single");
  }

  @Test
  void readSkewOfRegisters() {
    concurrent(new Write("x", 1), new Write("y", 1));
    concurrent(new Read("x", 1), new Read("y", 0));
    expect("G-single", "G-single", "G-single");
  }

  @Test
  void longFork() {
    concurrent(new Append("x", 1));
    concurrent(new Append("y", 1));
    concurrent(new ReadList("x", 1), new ReadList("y"));
    concurrent(new ReadList("x"), new ReadList("y", 1));
    expect("G-nonadjacent", "G-nonadjacent", "G-nonadjacent");
  }

  @Test
  void lostUpdate() {
    concurrent(new ReadList("x"), new Append("x", 1));
    concurrent(new ReadList("x"), new Append("x", 2));
    concurrent(new ReadList("x", 1, 2));
    expect("lost-update", "lost-update", "lost-update");
  }

  @Test
  void lostUpdateOfARegister() {
    concurrent(new Write("x", 1));
    concurrent(new Read("x", 1), new Write("x", 2));
    concurrent(new Read("x", 1), new Write("x", 3));
    expect("lost-update", "lost-update", "lost-update");
  }

  @Test
  void writeSkewIsAllowedOnSnapshots() {
    concurrent(new ReadList("x"), new ReadList("y"), new Append("x", 1));
    concurrent(new ReadList("x"), new ReadList("y"), new Append("y", 2));
    concurrent(new ReadList("x", 1), new ReadList("y", 2));
    expect("", "G2", "G2");
  }

  @Test
  void writeSkewOfRegisters() {
    concurrent(new Read("x", 0), new Read("y", 0), new Write("x", 1));
    concurrent(new Read("x", 0), new Read("y", 0), new Write("y", 2));
    expect("", "G2", "G2");
  }

  @Test
  void writeSkewOfThree() {
    concurrent(new Read("x", 0), new Write("y", 1));
    concurrent(new Read("y", 0), new Write("z", 1));
    concurrent(new Read("z", 0), new Write("x", 1));
    expect("", "G2", "G2");
  }

  @Test
  void readOnlyTransactionAnomaly() {
    // Fekete, O'Neil, O'Neil 2004: serializable without the reader.
    concurrent(new Read("x", 0), new Read("y", 0), new Write("x", 1));
    concurrent(new Read("y", 0), new Write("y", 2));
    concurrent(new Read("x", 0), new Read("y", 2));
    expect("", "G2", "G2");
  }

  @Test
  void staleRead() {
    add(0, 0, 10, Status.COMMITTED, 0, new Append("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new ReadList("x"));
    add(2, 0, 40, Status.COMMITTED, 0, new ReadList("x", 1));
    expect("", "", "G-single-realtime");
  }

  @Test
  void staleReadOfBlindWritesIsFoundByTheirVersions() {
    add(0, 0, 10, Status.COMMITTED, 1, new Write("x", 1));
    add(0, 20, 30, Status.COMMITTED, 2, new Write("x", 2));
    add(1, 40, 50, Status.COMMITTED, 0, new Read("x", 1));
    expect("", "", "G-single-realtime");
  }

  @Test
  void writesAgainstRealTime() {
    add(0, 0, 10, Status.COMMITTED, 0, new Append("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new Append("x", 2));
    add(2, 40, 50, Status.COMMITTED, 0, new ReadList("x", 2, 1));
    expect("", "", "G0-realtime");
  }

  @Test
  void staleReadOfARegisterThatWasReplaced() {
    add(0, 0, 10, Status.COMMITTED, 0, new Read("x", 0), new Write("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new Read("x", 0));
    expect("", "", "G-single-realtime");
  }

  @Test
  void readOfWhatIsWrittenLater() {
    add(0, 0, 10, Status.COMMITTED, 0, new ReadList("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new Append("x", 1));
    expect("", "", "G1c-realtime");
  }

  @Test
  void readOfARegisterThatIsWrittenLater() {
    add(0, 0, 10, Status.COMMITTED, 0, new Read("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new Write("x", 1));
    expect("", "", "G1c-realtime");
  }

  @Test
  void twoMissedWritesAgainstRealTime() {
    add(0, 0, 10, Status.COMMITTED, 0, new Append("y", 1));
    add(1, 0, 60, Status.COMMITTED, 0, new ReadList("y"), new Append("x", 1));
    add(2, 20, 30, Status.COMMITTED, 0, new ReadList("x"));
    add(3, 0, 60, Status.COMMITTED, 0, new ReadList("x", 1), new ReadList("y", 1));
    expect("", "", "G2-realtime");
  }

  @Test
  void twoMissedWritesOfRegistersAgainstRealTime() {
    add(0, 0, 10, Status.COMMITTED, 0, new Read("y", 0), new Write("y", 1));
    add(1, 0, 60, Status.COMMITTED, 0, new Read("y", 0), new Read("x", 0), new Write("x", 1));
    add(2, 20, 30, Status.COMMITTED, 0, new Read("x", 0));
    expect("", "", "G2-realtime");
  }

  @Test
  void unknownTransactionMayTakeEffectLate() {
    add(0, 0, 10, Status.UNKNOWN, 0, new Append("x", 1));
    add(1, 20, 30, Status.COMMITTED, 0, new ReadList("x"));
    add(1, 40, 50, Status.COMMITTED, 0, new ReadList("x", 1));
    expect("", "", "");
  }

  @Test
  void doesNotReadItsOwnWrite() {
    add(7, 0, 10, Status.COMMITTED, 0, new Append("x", 1));
    add(7, 20, 30, Status.COMMITTED, 0, new ReadList("x"));
    add(8, 0, 40, Status.COMMITTED, 0, new ReadList("x", 1));
    assertEquals(Set.of(), names(Isolation.SERIALIZABLE));
    assertEquals(
        Set.of("G-single-process"),
        HistoryChecker.check(history, Isolation.SERIALIZABLE, true).names());
    assertEquals(
        Set.of("G-single-process"),
        HistoryChecker.check(history, Isolation.SNAPSHOT, true).names());
  }

  @Test
  void readsOfOneSessionGoBack() {
    add(1, 0, 10, Status.COMMITTED, 0, new Append("x", 1));
    add(7, 20, 30, Status.COMMITTED, 0, new ReadList("x", 1));
    add(7, 40, 50, Status.COMMITTED, 0, new ReadList("x"));
    assertEquals(Set.of(), names(Isolation.SERIALIZABLE));
    assertEquals(
        Set.of("G-single-process"),
        HistoryChecker.check(history, Isolation.SERIALIZABLE, true).names());
  }

  @Test
  void contradictsItself() {
    concurrent(new Append("x", 1), new ReadList("x"));
    concurrent(new Write("y", 1), new Read("y", 0));
    concurrent(new Read("z", 0), new Write("z", 3));
    expect("internal", "internal", "internal");
    assertEquals(2, HistoryChecker.check(history, Isolation.SNAPSHOT, false).anomalies().size());
  }

  @Test
  void readsOfOneTransactionDiffer() {
    concurrent(new Append("x", 1));
    concurrent(new ReadList("x"), new ReadList("x", 1));
    assertTrue(names(Isolation.SNAPSHOT).contains("internal"));
  }

  @Test
  void garbage() {
    concurrent(new ReadList("x", 5));
    concurrent(new Read("y", 6));
    expect("garbage-read", "garbage-read", "garbage-read");
  }

  @Test
  void anAppendTwice() {
    concurrent(new Append("x", 1));
    concurrent(new ReadList("x", 1, 1));
    assertTrue(names(Isolation.SNAPSHOT).contains("duplicate"));
  }

  @Test
  void splitBrain() {
    concurrent(new Append("x", 1));
    concurrent(new Append("x", 2));
    concurrent(new ReadList("x", 1));
    concurrent(new ReadList("x", 2));
    assertTrue(names(Isolation.SNAPSHOT).contains("incompatible-order"));
  }

  @Test
  void explainsACycleInWords() {
    add(4, 0, 10, Status.COMMITTED, 0, new Append("x", 1));
    add(5, 20, 30, Status.COMMITTED, 0, new ReadList("x"));
    add(6, 0, 40, Status.COMMITTED, 0, new ReadList("x", 1));
    assertEquals(
        """
        3 transactions, 8 dependencies: [G-single-realtime]
        G-single-realtime: a cycle of 2
          T1: process 5, committed, [read x []]
          T0: process 4, committed, [append x 1]
          T1 before T0: T1 read x as it was before T0 wrote 1 (rw)
          T0 before T1: it had ended when T1 began\
        """,
        HistoryChecker.check(history, Isolation.STRICT, false).toString());
  }

  @Test
  void valuesMustBeTheirOwn() {
    concurrent(new Append("x", 1));
    concurrent(new Append("x", 1));
    assertThrows(IllegalArgumentException.class, () -> names(Isolation.SNAPSHOT));
  }

  @Test
  void banksAndCounters() {
    assertEquals(
        List.of(), HistoryChecker.bank(List.of(new long[] {7, 3}, new long[] {0, 10}), 10, false));
    assertEquals(1, HistoryChecker.bank(List.of(new long[] {7, 4}), 10, false).size());
    assertEquals(1, HistoryChecker.bank(List.of(new long[] {11, -1}), 10, false).size());
    assertEquals(List.of(), HistoryChecker.bank(List.of(new long[] {11, -1}), 10, true));
    assertEquals(List.of(), HistoryChecker.counter(12, 10, 2));
    assertEquals(1, HistoryChecker.counter(9, 10, 2).size());
    assertEquals(1, HistoryChecker.counter(13, 10, 2).size());
  }
}
