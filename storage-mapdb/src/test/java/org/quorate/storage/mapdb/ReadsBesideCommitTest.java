package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** What a reader sees, and that it is not kept waiting, while a commit is anywhere in its work. */
class ReadsBesideCommitTest {
  private static final int KEYS = 8_000;

  @TempDir Path dir;

  private static Bytes key(int n) {
    return Bytes.utf8(String.format("key-%05d", n));
  }

  /** Of a kilobyte, so that a commit has to write pages before it ends. */
  private static Bytes value(int round, int n) {
    byte[] value = new byte[1024];
    new SplittableRandom(round * 1_000_003L + n).nextBytes(value);
    return Bytes.wrap(value);
  }

  private static TreeMap<Bytes, Bytes> batch(int round) {
    TreeMap<Bytes, Bytes> batch = new TreeMap<>();
    for (int n = 0; n < KEYS; n++) {
      batch.put(key(n), value(round, n));
    }
    return batch;
  }

  private static void check(StateStore store, int round, int n) {
    assertEquals(value(round, n), store.get(key(n)), "round " + round + " key " + n);
    try (StateCursor cursor = store.scan(key(n), null)) {
      assertTrue(cursor.next());
      assertEquals(value(round, n), cursor.value());
    }
  }

  /** The pace stops the commit after each piece; another thread reads meanwhile. */
  @Test
  void readersSeeTheLastCommitAndDoNotWaitForTheNext() throws Exception {
    MapdbStateStorage storage = new MapdbStateStorage(dir, 1 << 20);
    try (StateStore store = storage.open(GroupId.of("reads"))) {
      store.commit(new StateBatch(batch(0), 1));
      SplittableRandom random = new SplittableRandom(7);
      AtomicInteger moves = new AtomicInteger();
      for (int round = 1; round <= 12; round++) {
        int before = round - 1;
        AtomicInteger pieces = new AtomicInteger();
        StateBatch.Pace pace =
            bytes -> {
              pieces.incrementAndGet();
              int n = random.nextInt(KEYS);
              boolean moving = store.applied() > before + 1; // the log to the data file
              moves.addAndGet(moving ? 1 : 0);
              CompletableFuture.runAsync(() -> check(store, moving ? before + 1 : before, n))
                  .orTimeout(60, TimeUnit.SECONDS)
                  .join();
            };
        store.commit(new StateBatch(batch(round).entrySet(), round + 1, pace));
        assertTrue(pieces.get() > 50, pieces + " pieces");
        check(store, round, random.nextInt(KEYS));
      }
      assertTrue(moves.get() > 0, "the log was never moved");
    }
    try (StateStore store = storage.open(GroupId.of("reads"))) {
      check(store, 12, 17);
    }
  }

  /** The commit is given up; the store keeps what was committed before. */
  @Test
  void closingDoesNotWaitForTheRestOfACommit() throws Exception {
    MapdbStateStorage storage = new MapdbStateStorage(dir);
    StateStore store = storage.open(GroupId.of("closed"));
    store.commit(new StateBatch(batch(0), 1));
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    StateBatch.Pace pace =
        bytes -> {
          begun.complete(null);
          goOn.join();
        };
    CompletableFuture<Void> commit =
        CompletableFuture.runAsync(
            () -> store.commit(new StateBatch(batch(1).entrySet(), 2, pace)));
    begun.get(60, TimeUnit.SECONDS);
    CompletableFuture<Void> close = CompletableFuture.runAsync(store::close);
    assertFalse(close.isDone());
    goOn.complete(null);
    close.get(60, TimeUnit.SECONDS);
    commit.handle((done, why) -> null).get(60, TimeUnit.SECONDS);
    try (StateStore again = storage.open(GroupId.of("closed"))) {
      int round = (int) again.applied() - 1;
      assertEquals(commit.isCompletedExceptionally() ? 0 : 1, round);
      check(again, round, 5);
    }
  }
}
