package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StorageException;
import org.quorate.tck.storage.LinkProbe;
import org.quorate.tck.storage.LogOp;
import org.quorate.tck.storage.LogState;
import org.quorate.tck.storage.LogStoreContract;
import org.quorate.tck.storage.StableStoreContract;
import org.quorate.tck.storage.TestLoop;

class MapdbLogStorageTest {
  private static final GroupId GROUP = GroupId.of("alpha");

  @TempDir Path dir;

  @Nested
  class Log extends LogStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new MapdbLogStorage(dir);
    }
  }

  @Nested
  class Stable extends StableStoreContract {
    @Override
    protected LogStorage newStorage() {
      return new MapdbLogStorage(dir);
    }
  }

  /** Fails every change of a file after so many. */
  private static Disk.Guard fuse(AtomicInteger left) {
    return (operation, file, bytes) -> {
      if (left.getAndDecrement() > 0) {
        return bytes;
      }
      throw new IOException(operation + " fails");
    };
  }

  /** False when nothing failed. */
  private boolean failsAndRecovers(int changes) {
    Path folder = dir.resolve("at" + changes);
    AtomicInteger left = new AtomicInteger(changes);
    TestLoop loop = new TestLoop();
    LinkProbe probe = null;
    LogStorage failing = new MapdbLogStorage(folder, fuse(left));
    try {
      LinkStore store = failing.open(GROUP, 1, loop);
      probe = new LinkProbe(store, loop, LogState.of(store));
      for (int round = 0; round < 4; round++) {
        long next = probe.expected().last() + 1;
        probe.append(next, "a" + round, "b" + round, "c" + round);
        probe.issue(new LogOp.Save(Bytes.utf8("vote" + round)));
        probe.append(next + 1, "B" + round);
        probe.settle();
        probe.issue(round == 2 ? new LogOp.Reset(50) : new LogOp.Trim(next));
      }
      failing.close();
    } catch (StorageException e) {
      assertTrue(left.get() < 0, "failed by itself: " + e);
      failing.close();
    }
    try (LogStorage storage = new MapdbLogStorage(folder)) {
      LogState found = LogState.of(storage.open(GROUP, 1, loop));
      assertNull(probe == null ? null : probe.objection(found), "change " + changes);
    }
    return left.get() < 0;
  }

  @Test
  void aFailedChangeLosesNothingAcknowledged() {
    int changes = 0;
    while (failsAndRecovers(changes)) {
      changes++;
    }
    assertTrue(changes > 20, changes + " changes");
  }

  /** What was trimmed is given back: the rest is written anew, on the storage's own thread. */
  @Test
  void aLogOfWhichMostWasTrimmedIsWrittenAnew() throws IOException {
    TestLoop loop = new TestLoop();
    LinkProbe probe;
    String record = "x".repeat(16_384);
    try (LogStorage storage = new MapdbLogStorage(dir)) {
      LinkStore store = storage.open(GROUP, 1, loop);
      probe = new LinkProbe(store, loop, LogState.of(store));
      for (int i = 1; i <= 3000; i++) {
        probe.append(i, i + record);
        if (i % 64 == 0) {
          probe.settleDurably();
        }
      }
      probe.issue(new LogOp.Trim(2990)); // goes to disk with the next write
      probe.append(3001, "last");
      probe.settleDurably();
    }
    try (Stream<Path> files = Files.walk(dir)) {
      List<String> names = files.map(f -> f.getFileName().toString()).toList();
      assertTrue(names.stream().noneMatch("state-1.db"::equals), "never written anew: " + names);
    }
    try (LogStorage storage = new MapdbLogStorage(dir)) {
      assertNull(probe.objection(LogState.of(storage.open(GROUP, 1, loop))));
    }
  }
}
