package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.LogStore;

/** What every {@link LogStorage} does while nothing fails. */
public abstract class LogStoreContract {
  protected static final GroupId GROUP = GroupId.of("alpha");
  protected static final GroupId OTHER = GroupId.of("beta");

  private LogStorage storage;
  private TestLoop loop;

  /** A storage over this test's data: the same each time. */
  protected abstract LogStorage newStorage();

  /** Makes the storage do what it was asked, if it has no thread for that. */
  protected void drive() {}

  @BeforeEach
  void openStorage() {
    storage = newStorage();
    loop = new TestLoop(this::drive);
  }

  @AfterEach
  void closeStorage() {
    storage.close();
  }

  private void restart() {
    storage.close();
    storage = newStorage();
  }

  private LinkProbe open(GroupId group, long epoch) {
    LinkStore store = storage.open(group, epoch, loop);
    return new LinkProbe(store, loop, LogState.of(store));
  }

  private LinkProbe open() {
    return open(GROUP, 1);
  }

  @Test
  void newLogIsEmptyAndBeginsAtOne() {
    LogStore log = open().store().log();
    assertEquals(1, log.firstIndex());
    assertEquals(0, log.lastIndex());
    assertEquals(List.of(), log.read(1, 100));
  }

  @Test
  void whatWasAppendedIsThereAtOnceAndAfterwards() {
    LinkProbe link = open();
    link.append(1, "a", "b");
    link.append(3, "c");
    assertEquals(link.expected(), LogState.of(link.store()));
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
  }

  @Test
  void completionsComeOnTheLoopOnly() {
    LinkProbe link = open();
    link.append(1, "a");
    drive();
    assertEquals(0, link.durable());
    link.settleDurably();
    assertEquals(1, link.durable());
  }

  @Test
  void logAndStableRecordCompleteInTheOrderOfTheirIssue() {
    LinkProbe link = open();
    for (int i = 1; i <= 200; i++) {
      link.append(i, "r" + i);
      link.issue(new LogOp.Save(Bytes.utf8("s" + i)));
    }
    link.settleDurably(); // the probe checks the order
    assertEquals(400, link.durable());
  }

  @Test
  void appendReplacesTheSuffix() {
    LinkProbe link = open();
    link.append(1, "a", "b", "c", "d");
    link.append(2, "B");
    assertEquals(2, link.store().log().lastIndex());
    assertEquals(link.expected(), LogState.of(link.store()));
    link.settleDurably();
    link.append(1, "A");
    link.append(2, "X", "Y");
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
  }

  @Test
  void appendOfNothingDropsTheSuffix() {
    LinkProbe link = open();
    link.append(1, "a", "b", "c");
    link.append(2);
    assertEquals(1, link.store().log().lastIndex());
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
    link.append(1);
    link.settleDurably();
    assertEquals(0, link.store().log().lastIndex());
  }

  @Test
  void appendElsewhereIsRefusedAndChangesNothing() {
    LinkProbe link = open();
    link.append(1, "a", "b", "c");
    link.issue(new LogOp.Trim(2));
    LogState before = link.expected();
    LogStore log = link.store().log();
    List<Bytes> records = List.of(Bytes.utf8("x"));
    assertThrows(IllegalArgumentException.class, () -> log.append(1, records, null));
    assertThrows(IllegalArgumentException.class, () -> log.append(5, records, null));
    link.settleDurably();
    assertEquals(before, LogState.of(link.store()));
  }

  @Test
  void resetDropsAllAndGoesOnWhereItSays() {
    LinkProbe link = open();
    link.append(1, "a", "b");
    link.issue(new LogOp.Reset(100));
    assertEquals(100, link.store().log().firstIndex());
    assertEquals(99, link.store().log().lastIndex());
    link.append(100, "x");
    assertEquals(link.expected(), LogState.of(link.store()));
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
    link.issue(new LogOp.Reset(7));
    link.append(7, "y");
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
  }

  @Test
  void trimPrefixDropsWhatIsBefore() {
    LinkProbe link = open();
    link.append(1, "a", "b", "c");
    link.settleDurably();
    LogStore log = link.store().log();
    link.issue(new LogOp.Trim(3));
    assertEquals(3, log.firstIndex());
    assertEquals(List.of(Bytes.utf8("c")), log.read(3, 100));
    assertThrows(IllegalArgumentException.class, () -> log.read(2, 100));
    log.trimPrefix(1);
    assertEquals(3, log.firstIndex(), "an earlier trim changes nothing");
    assertThrows(IllegalArgumentException.class, () -> log.trimPrefix(5));
    link.issue(new LogOp.Trim(4));
    assertEquals(4, log.firstIndex());
    assertEquals(3, log.lastIndex());
    link.append(4, "d");
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
  }

  @Test
  void readReturnsAtLeastOneAndStopsAtTheLimit() {
    LinkProbe link = open();
    link.append(1, "aaaa", "bbbb", "cccc", "dddd");
    link.settleDurably();
    LogStore log = link.store().log();
    assertEquals(1, log.read(1, 0).size());
    assertTrue(log.read(1, 8).size() < 4);
    assertEquals(4, log.read(1, 1000).size());
    assertEquals(List.of(), log.read(5, 1000));
    assertThrows(IllegalArgumentException.class, () -> log.read(6, 1000));
  }

  @Test
  void recordsOfAnySizeComeBack() {
    LinkProbe link = open();
    List<Bytes> records = new ArrayList<>();
    for (int size : new int[] {0, 1, 7, 8, 9, 1000, 5000, 70_000, 300_000}) {
      byte[] bytes = new byte[size];
      new SplittableRandom(size).nextBytes(bytes);
      records.add(Bytes.wrap(bytes));
    }
    link.issue(new LogOp.Append(1, records));
    link.settleDurably();
    link.append(records.size() + 1, "last");
    link.settleDurably();
    assertEquals(link.expected(), LogState.of(link.store()));
    if (storage.durable()) {
      restart();
      assertEquals(link.expected(), LogState.of(storage.open(GROUP, 1, loop)));
    }
  }

  @Test
  void linksAreApart() {
    LinkProbe a = open(GROUP, 1);
    LinkProbe b = open(GROUP, 2);
    LinkProbe c = open(OTHER, 1);
    a.append(1, "a1");
    b.append(1, "b1", "b2");
    c.issue(new LogOp.Reset(50));
    b.issue(new LogOp.Save(Bytes.utf8("stable")));
    for (LinkProbe link : List.of(a, b, c)) {
      link.settleDurably();
      assertEquals(link.expected(), LogState.of(link.store()));
    }
    assertThrows(IllegalStateException.class, () -> storage.open(GROUP, 2, loop));
  }

  @Test
  void closedLinkOpensAgainWithAllItHad() {
    LinkProbe link = open();
    link.append(1, "a", "b");
    link.issue(new LogOp.Save(Bytes.utf8("s")));
    link.settleDurably();
    link.store().close();
    assertEquals(link.expected(), LogState.of(storage.open(GROUP, 1, loop)));
  }

  @Test
  void nothingSettlesAfterClose() {
    LinkProbe link = open();
    link.append(1, "a");
    link.store().close();
    loop.runAll();
    assertEquals(0, link.durable());
    assertEquals(0, link.failed());
  }

  @Test
  void closedLinkRefusesCalls() {
    LinkProbe link = open();
    link.store().close();
    link.store().close();
    assertThrows(IllegalStateException.class, () -> link.store().log().read(1, 1));
    assertThrows(IllegalStateException.class, () -> link.store().stable().load());
  }

  @Test
  void deletedLinkIsGone() {
    LinkProbe link = open();
    LinkProbe other = open(GROUP, 2);
    link.append(1, "a");
    other.append(1, "o");
    link.issue(new LogOp.Save(Bytes.utf8("s")));
    link.settleDurably();
    other.settleDurably();
    assertThrows(IllegalStateException.class, () -> storage.delete(GROUP, 1));
    link.store().close();
    other.store().close();
    storage.delete(GROUP, 1);
    storage.delete(GROUP, 77); // not there: nothing to do
    if (storage.durable()) {
      restart();
    }
    LinkProbe fresh = open();
    assertEquals(LogState.EMPTY, LogState.of(fresh.store()));
    assertEquals(other.expected(), LogState.of(storage.open(GROUP, 2, loop)));
    fresh.append(1, "new");
    fresh.settleDurably();
    assertEquals(fresh.expected(), LogState.of(fresh.store()));
  }

  @Test
  void whatWasAcknowledgedSurvivesARestart() {
    assumeTrue(storage.durable());
    LinkProbe link = open();
    link.append(1, "a", "b", "c");
    link.append(2, "B");
    link.issue(new LogOp.Save(Bytes.utf8("vote")));
    link.settleDurably();
    restart();
    LinkProbe again = open();
    assertNull(link.objection(LogState.of(again.store())));
    again.append(3, "C");
    again.settleDurably();
    restart();
    assertEquals(again.expected(), LogState.of(open().store()));
  }

  @Test
  void randomOperationsAgreeWithTheModel() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      GroupId group = GroupId.of("seed" + seed);
      LinkProbe link = open(group, 1);
      for (int round = 0; round < 12; round++) {
        for (int i = random.nextInt(10); i >= 0; i--) {
          link.issue(RandomOps.next(random, link.expected(), 40));
          assertEquals(link.expected().last(), link.store().log().lastIndex(), "seed " + seed);
        }
        if (random.nextBoolean()) {
          assertEquals(link.expected(), LogState.of(link.store()), "seed " + seed);
        }
        link.settleDurably();
        assertEquals(link.expected(), LogState.of(link.store()), "seed " + seed);
        if (storage.durable() && random.nextInt(3) == 0) {
          restart();
          LinkProbe again = open(group, 1);
          assertTrue(again.expected().isRecoveryOf(link.expected()), "seed " + seed);
          link = again;
        }
      }
      assertFalse(link.failed() > 0);
    }
  }

  @Test
  void whatIsHeldIsListed() {
    assumeTrue(storage.movable());
    assertEquals(List.of(), storage.links(GROUP));
    storage.delete(GROUP, 7);
    LinkProbe tenth = open(GROUP, 10);
    tenth.append(1, "a");
    tenth.settleDurably();
    open(GROUP, 2).store().close();
    open(OTHER, 3).store().close();
    assertEquals(List.of(2L, 10L), storage.links(GROUP));
    tenth.store().close();
    assertEquals(List.of(2L, 10L), storage.links(GROUP));
    storage.delete(GROUP, 2);
    storage.delete(GROUP, 10);
    assertEquals(List.of(), storage.links(GROUP));
    assertEquals(List.of(3L), storage.links(OTHER));
  }

  @Test
  void listsAfterARestartWhatHoldsRecords() {
    assumeTrue(storage.movable() && storage.durable());
    LinkProbe link = open(GROUP, 4);
    link.append(1, "a");
    link.settleDurably();
    link.store().close();
    restart();
    assertEquals(List.of(4L), storage.links(GROUP));
    storage.delete(GROUP, 4);
    restart();
    assertEquals(List.of(), storage.links(GROUP));
  }
}
