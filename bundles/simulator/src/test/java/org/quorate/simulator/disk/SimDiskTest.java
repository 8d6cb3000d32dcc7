package org.quorate.simulator.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;

class SimDiskTest {
  private static final GroupId GROUP = GroupId.of("g");
  private final EventQueue queue = new EventQueue();
  private final List<String> found = new ArrayList<>();
  private final List<Long> durable = new ArrayList<>();
  private final List<StorageException.Kind> failed = new ArrayList<>();
  private long writes;

  private SimDisk disk(long seed) {
    return new SimDisk(
        queue,
        new Rng(seed),
        "n1",
        new SimDisk.Listener() {
          @Override
          public void truncated() {}

          @Override
          public void corruptionFound(String what) {
            found.add(what);
          }

          @Override
          public void stableSaved(String node) {}

          @Override
          public void stateReplaced(String node) {}

          @Override
          public void wroteAfterCorruption(String what) {}
        },
        null);
  }

  private LinkStore open(SimDisk disk) {
    return disk.logs().open(GROUP, 1, Runnable::run);
  }

  private Pending pending() {
    return new Pending(
        ++writes,
        new Pending.Listener() {
          @Override
          public void durable(DurableToken token) {
            durable.add(token.number());
          }

          @Override
          public void failed(StorageException why) {
            failed.add(why.kind());
          }
        });
  }

  private void drain() {
    while (queue.runNext()) {
      assertTrue(queue.nowUs() > 0);
    }
  }

  private static List<Bytes> records(String... texts) {
    return List.of(texts).stream().map(Bytes::utf8).toList();
  }

  @Test
  void whatWasAcknowledgedSurvivesEveryCrash() {
    for (long seed = 1; seed <= 50; seed++) {
      SimDisk disk = disk(seed);
      LinkStore link = open(disk);
      link.log().append(1, records("a", "b"), pending());
      drain();
      link.log().append(3, records("c", "d"), pending());
      link.log().append(2, records("x"), pending());
      disk.crash();
      List<Bytes> left = open(disk).log().read(1, 1 << 20);
      boolean allowed =
          List.of(
                  records("a", "b"),
                  records("a", "b", "c"),
                  records("a", "b", "c", "d"),
                  records("a", "x"))
              .contains(left);
      assertTrue(allowed, "seed " + seed + ": " + left);
    }
  }

  @Test
  void completionsComeInOrder() {
    LinkStore link = open(disk(1));
    link.log().append(1, records("a"), pending());
    link.stable().save(Bytes.utf8("s"), pending());
    link.log().append(2, records("b"), pending());
    drain();
    assertEquals(List.of(1L, 2L, 3L), durable);
  }

  @Test
  void nothingIsAcknowledgedAfterAFailedSync() {
    SimDisk disk = disk(1);
    LinkStore link = open(disk);
    disk.faults().failNextSync(StorageException.Kind.IO);
    link.log().append(1, records("a"), pending());
    drain();
    link.log().append(2, records("b"), pending());
    drain();
    assertEquals(List.of(), durable);
    assertEquals(List.of(StorageException.Kind.IO, StorageException.Kind.IO), failed);
  }

  @Test
  void aDamagedRecordIsAnErrorThatNamesIt() {
    SimDisk disk = disk(1);
    LinkStore link = open(disk);
    link.log().append(1, records("a"), pending());
    drain();
    assertTrue(disk.flipLogByte());
    disk.crash();
    StorageException e = assertThrows(StorageException.class, () -> open(disk));
    assertEquals(StorageException.Kind.CORRUPT, e.kind());
    assertTrue(e.getMessage().contains("n1/g/log-1 record 1"), e.getMessage());
    assertEquals(1, found.size());
  }
}
