package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** Keys that come at one end and go at the other do not make the file grow for ever. */
class SparseFileTest {
  private static final int BATCH = 10_000;
  private static final int ROUNDS = 30;

  @TempDir Path dir;

  @Test
  void aQueueOfKeysStaysSmall() {
    long largest = 0;
    MapdbStateStorage storage = new MapdbStateStorage(dir);
    try (StateStore store = storage.open(GroupId.of("queue"))) {
      for (int round = 1; round <= ROUNDS; round++) {
        NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
        for (long i = (round - 1L) * BATCH; i < (long) round * BATCH; i++) {
          changes.put(Bytes.ofLong(i), Bytes.wrap(new byte[100]));
          changes.put(Bytes.ofLong(i - BATCH), StateBatch.DELETED);
        }
        store.commit(new StateBatch(changes, round));
        largest = Math.max(largest, store.sizeBytes());
      }
      assertFalse(
          Files.exists(dir.resolve("queue").resolve("state-1.db")), "never built anew: " + largest);
      assertTrue(largest < 40 << 20, "grew to " + largest);
      assertEquals(ROUNDS, store.applied());
      int live = 0;
      try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
        while (cursor.next()) {
          assertEquals(Bytes.ofLong((ROUNDS - 1L) * BATCH + live), cursor.key());
          live++;
        }
      }
      assertEquals(BATCH, live);
    }
  }
}
