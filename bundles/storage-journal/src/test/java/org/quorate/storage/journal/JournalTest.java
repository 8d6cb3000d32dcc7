package org.quorate.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.tck.storage.LinkProbe;
import org.quorate.tck.storage.LogOp;
import org.quorate.tck.storage.LogState;
import org.quorate.tck.storage.TestLoop;

/** What is particular to this storage: its files, its batches, its figures. */
class JournalTest {
  private static final GroupId GROUP = GroupId.of("alpha");
  private static final String FIRST = Layout.name(1);

  private final FaultyDisk disk = new FaultyDisk();
  private final JournalHarness harness = new JournalHarness();
  private final TestLoop loop = new TestLoop(harness::drive);

  private LinkProbe link(JournalStorage storage, String group) {
    var store = storage.open(GroupId.of(group), 1, loop);
    return new LinkProbe(store, loop, LogState.of(store));
  }

  private StorageException refusal(FaultyDisk damaged) {
    return assertThrows(
        StorageException.class, () -> harness.open(damaged).open(GROUP, 1, Runnable::run));
  }

  private static void grow(LinkProbe link, int records) {
    for (int i = 0; i < records; i++) {
      link.append(link.expected().last() + 1, "x".repeat(100));
      link.settleDurably();
    }
  }

  @Test
  void aTornBatchIsCutAtEveryByte() {
    JournalStorage storage = harness.open(disk, 4096);
    LinkProbe link = link(storage, "alpha");
    grow(link, 3);
    link.append(4, "first of the last batch", "second", "third");
    link.settleDurably();
    byte[] content = disk.content(FIRST);
    int end = endOfFrames(content);
    int lastBatch = startOf(content, 4);
    for (int cut = lastBatch; cut <= end; cut++) {
      FaultyDisk torn = disk.copy();
      torn.zeroFrom(FIRST, cut);
      JournalStorage again = harness.open(torn, 4096);
      LogState found = LogState.of(again.open(GROUP, 1, loop));
      assertTrue(found.last() >= 3 && found.last() <= 6, "cut at " + cut + ": " + found);
      List<Bytes> whole = link.expected().records();
      assertEquals(whole.subList(0, (int) found.last()), found.records(), "cut at " + cut);
      again.close();
    }
    // The first byte of anything before is damage, since the last batch attests it.
    FaultyDisk damaged = disk.copy();
    damaged.flip(FIRST, lastBatch - 1, 1);
    assertEquals(Kind.CORRUPT, refusal(damaged).kind());
  }

  private static int startOf(byte[] content, long record) {
    ByteBuffer b = ByteBuffer.wrap(content);
    int at = Layout.HEADER_BYTES;
    while (Layout.type(b, at) != Layout.ENTRY || Layout.index(b, at) != record) {
      at += Layout.frameBytes(Layout.payload(b, at));
    }
    return at;
  }

  private static int endOfFrames(byte[] content) {
    ByteBuffer b = ByteBuffer.wrap(content);
    int at = Layout.HEADER_BYTES;
    while (Layout.frameAt(b, at)) {
      at += Layout.frameBytes(Layout.payload(b, at));
    }
    return at;
  }

  @Test
  void aTornTailNeverComesBack() {
    JournalStorage storage = harness.open(disk, 4096);
    LinkProbe link = link(storage, "alpha");
    link.append(1, "a", "b", "c");
    link.settleDurably();
    // The first frame of the batch is torn; those behind it are whole.
    disk.flip(FIRST, startOf(disk.content(FIRST), 1) + 41, 1);
    FaultyDisk torn = disk.copy();
    JournalStorage again = harness.open(torn, 4096);
    LinkProbe second = link(again, "alpha");
    assertEquals(0, second.expected().last());
    second.append(1, "A"); // as long as the one before: the old second frame would fit behind it
    second.settleDurably();
    assertEquals(
        second.expected(), LogState.of(harness.open(torn.copy(), 4096).open(GROUP, 1, loop)));
  }

  @Test
  void damageInTheLastBatchIsNoticedOnceTheJournalWasIdle() {
    JournalStorage storage = harness.open(disk, 4096);
    LinkProbe link = link(storage, "alpha");
    link.append(1, "a");
    link.settleDurably();
    int at = startOf(disk.content(FIRST), 1);
    harness.idle();
    FaultyDisk damaged = disk.copy();
    damaged.flip(FIRST, at + Layout.FRAME_BYTES, 1);
    StorageException why = refusal(damaged);
    assertEquals(Kind.CORRUPT, why.kind());
    assertTrue(why.getMessage().contains(FIRST + ", offset " + at), why.getMessage());
  }

  @Test
  void aShorterOrMissingFileIsRefused() {
    JournalStorage storage = harness.open(disk);
    grow(link(storage, "alpha"), 20);
    storage.close();
    List<String> names = disk.names().stream().filter(n -> n.startsWith("journal")).toList();
    assertTrue(names.size() > 3);
    for (String name : names.subList(0, names.size() - 1)) {
      FaultyDisk shorter = disk.copy();
      shorter.truncate(name, 500);
      StorageException why = refusal(shorter);
      assertEquals(Kind.CORRUPT, why.kind());
      assertTrue(why.getMessage().contains(name + ", offset 500"), why.getMessage());
      FaultyDisk without = disk.copy();
      without.remove(name);
      why = refusal(without);
      assertEquals(Kind.CORRUPT, why.kind());
      assertTrue(why.getMessage().contains(name), why.getMessage());
    }
  }

  @Test
  void aNewerFormatIsRefusedByName() {
    harness.open(disk).open(GROUP, 1, loop);
    ByteBuffer header = Layout.header(1, 1, JournalHarness.SEGMENT_BYTES);
    Layout.setVersion(header, Layout.VERSION + 1);
    disk.overwrite(FIRST, 0, header.array());
    StorageException why = refusal(disk.copy());
    assertEquals(Kind.NEWER_VERSION, why.kind());
    assertTrue(why.getMessage().contains(FIRST), why.getMessage());
  }

  @Test
  void trimmedSegmentsAreUsedAgain() {
    JournalStorage storage = harness.open(disk);
    LinkProbe link = link(storage, "alpha");
    for (int i = 0; i < 50; i++) {
      grow(link, 5);
      link.issue(new LogOp.Trim(link.expected().last()));
      link.settleDurably();
    }
    assertTrue(storage.figures().get("journal.segments") <= 3, storage.figures().toString());
    assertTrue(disk.names().size() <= 6, disk.names().toString());
    storage.close();
    LogState found = LogState.of(harness.open(disk).open(GROUP, 1, loop));
    assertTrue(found.isRecoveryOf(link.expected()));
  }

  @Test
  void aStreamThatIsNotTrimmedHoldsSegmentsAndShows() {
    JournalStorage storage = harness.open(disk);
    LinkProbe slow = link(storage, "slow");
    LinkProbe busy = link(storage, "busy");
    grow(slow, 1);
    for (int i = 0; i < 10; i++) {
      grow(busy, 10);
      busy.issue(new LogOp.Trim(busy.expected().last() + 1));
    }
    busy.settleDurably();
    harness.drive();
    assertTrue(storage.figures().get("journal.segments") > 10, storage.figures().toString());
    slow.issue(new LogOp.Trim(2));
    harness.drive();
    assertTrue(storage.figures().get("journal.segments") <= 2, storage.figures().toString());
    storage.close();
    JournalStorage again = harness.open(disk);
    assertEquals(slow.expected(), LogState.of(again.open(GroupId.of("slow"), 1, loop)));
    assertEquals(busy.expected(), LogState.of(again.open(GroupId.of("busy"), 1, loop)));
  }

  @Test
  void aBatchCostsOneSyncAndOneTaskForEachLink() {
    JournalStorage storage = harness.open(disk, 1 << 16);
    LinkProbe a = link(storage, "a");
    LinkProbe b = link(storage, "b");
    long syncs = storage.figures().get("journal.syncs");
    for (int i = 1; i <= 50; i++) {
      a.append(i, "a" + i);
      b.append(i, "b" + i);
      b.issue(new LogOp.Save(Bytes.utf8("s" + i)));
    }
    a.settleDurably();
    b.settleDurably();
    assertEquals(syncs + 1, storage.figures().get("journal.syncs"));
    assertEquals(2, loop.executed());
  }

  @Test
  void aFullDiskLeavesRoomToTrim() {
    disk.capacity(6L * JournalHarness.SEGMENT_BYTES);
    JournalStorage storage = harness.open(disk);
    LinkProbe link = link(storage, "alpha");
    while (link.failure() == null) {
      link.append(link.expected().last() + 1, "x".repeat(100));
      link.settle();
    }
    assertEquals(Kind.FULL, link.failure().kind());
    storage.close();
    FaultyDisk after = disk.afterCrash(FaultyDisk.Loss.EVERYTHING, new SplittableRandom(1));
    JournalStorage again = harness.open(after);
    assertEquals(1, again.figures().getOrDefault("journal.starved", 1L));
    LinkProbe second = link(again, "alpha");
    assertNull(link.objection(second.expected()));
    second.issue(new LogOp.Trim(second.expected().last() + 1));
    harness.drive();
    grow(second, 20);
    assertEquals(second.expected(), LogState.of(second.store()));
  }

  @Test
  void aSecondProcessIsToldWhoHoldsTheDirectory(@TempDir Path directory) throws Exception {
    try (JournalStorage storage = new JournalStorage(directory, 1 << 16)) {
      storage.open(GROUP, 1, loop);
      JournalStorage second = new JournalStorage(directory, 1 << 16);
      StorageException why =
          assertThrows(StorageException.class, () -> second.open(GROUP, 1, loop));
      assertEquals(Kind.LOCKED, why.kind());
      String pid = Long.toString(ProcessHandle.current().pid());
      assertTrue(why.getMessage().endsWith(pid), why.getMessage());
    }
    try (JournalStorage third = new JournalStorage(directory, 1 << 16)) {
      third.open(GROUP, 1, loop);
    }
    assertEquals(1 << 16, Files.size(directory.resolve(FIRST)));
  }
}
