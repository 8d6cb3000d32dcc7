package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Takeover;

class AssignerTest {
  private static final Owner GONE = new Owner("n9", "9", 9);

  private final Layout layout = new Layout("fo");
  private final View view = new View(layout);
  private final Assigner assigner = new Assigner(World.SETTINGS);
  private long revision;

  private Owner node(String name, int capacity) {
    long session = ++revision;
    Bytes value = RecordCodec.node(name, capacity, List.of("ddl"));
    view.put(new KeyEntry(layout.node(name), value, session, session, 1, session));
    return new Owner(name, name, session);
  }

  private void record(long id, String table, Takeover takeover) {
    FailoverRecord r =
        new FailoverRecord(
            id, "db", table, 0, "ddl", 0, 2, GONE, takeover, List.of(), Map.of(), null, List.of());
    revision++;
    view.put(new KeyEntry(layout.record(id), RecordCodec.record(r, 1), revision, revision, 1, 0));
  }

  private List<String> decide(long nowMs) {
    List<String> told = new ArrayList<>();
    for (Assigner.Decision d : assigner.decide(view, nowMs)) {
      FailoverRecord r = d.then();
      told.add(r.id() + " " + r.takeover().phase() + " " + r.takeover().node().node());
    }
    return told;
  }

  private static Takeover takeover(Owner node, Phase phase, int attempts, int failures) {
    return new Takeover(node, attempts, phase, attempts, failures, "");
  }

  @Test
  void theLeastLoadedForItsCapacityThenTheLongestRegistered() {
    node("n3", 1);
    node("n1", 2);
    for (int id = 0; id < 7; id++) {
      record(id, "", Takeover.NONE);
    }
    assertEquals(
        List.of(
            "0 NOTIFIED n3",
            "1 NOTIFIED n1",
            "2 NOTIFIED n1",
            "3 NOTIFIED n3",
            "4 NOTIFIED n1",
            "5 NOTIFIED n1",
            "6 NOTIFIED n3"),
        decide(0));
  }

  @Test
  void whatANodeHasCounts() {
    Owner n1 = node("n1", 1);
    node("n2", 1);
    record(0, "", takeover(n1, Phase.RUNNING, 1, 0));
    record(1, "", Takeover.NONE);
    assertEquals(List.of("1 NOTIFIED n2"), decide(0));
  }

  @Test
  void noMoreThanAreAllowedAtOnce() {
    node("n1", 1);
    for (int id = 0; id < 9; id++) {
      record(id, "", Takeover.NONE);
    }
    assertEquals(World.SETTINGS.parallel(), decide(0).size());
  }

  @Test
  void whoHasFailedOnlyIfThereIsNoOther() {
    Owner n1 = node("n1", 1);
    record(0, "t", takeover(n1, Phase.FAILED, 1, 1));
    assertEquals(List.of(), decide(0));
    assertEquals(List.of(), decide(999));
    assertEquals(List.of("0 NOTIFIED n1"), decide(1000));
    node("n2", 1);
    assertEquals(List.of("0 NOTIFIED n2"), decide(1000));
  }

  @Test
  void whoDoesNotBeginCanBeToldAgainWhenItIsFull() {
    Owner n1 = node("n1", 1);
    for (int id = 0; id < World.SETTINGS.parallel(); id++) {
      record(id, "", takeover(n1, Phase.NOTIFIED, 1, 0));
    }
    assertEquals(List.of(), decide(0));
    assertEquals(World.SETTINGS.parallel(), decide(World.SETTINGS.ackMs()).size());
  }

  @Test
  void theOneOfItsTableThatIsTakenOverBlocksTheOthersAndOneThatWaitsDoesNot() {
    Owner n1 = node("n1", 1);
    record(0, "t", takeover(n1, Phase.RUNNING, 1, 0));
    record(1, "t", Takeover.NONE);
    record(2, "u", takeover(n1, Phase.PARKED, 10, 10));
    record(3, "u", Takeover.NONE);
    record(4, "u", Takeover.NONE);
    assertEquals(List.of("3 NOTIFIED n1"), decide(0));
  }

  @Test
  void whatNotesNothingIsGivenToAnother() {
    Owner n1 = node("n1", 1);
    node("n2", 1);
    record(0, "t", takeover(n1, Phase.RUNNING, 1, 0));
    decide(0);
    assertEquals(List.of(), decide(World.SETTINGS.idleMs() - 1));
    assertEquals(List.of("0 NOTIFIED n2"), decide(World.SETTINGS.idleMs()));
  }

  @Test
  void afterTheLastAttemptItIsParked() {
    Owner n1 = node("n1", 1);
    record(0, "t", takeover(n1, Phase.FAILED, World.SETTINGS.max(), 1));
    decide(0);
    assertEquals(List.of("0 PARKED n1"), decide(1000));
  }
}
