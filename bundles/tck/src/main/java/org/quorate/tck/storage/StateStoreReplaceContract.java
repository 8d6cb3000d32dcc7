package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;

/** Replacing the whole content, and what goes on beside commits and replacements. */
abstract class StateStoreReplaceContract extends StateStoreFixture {
  @Test
  void replaceLeavesNothingOfTheOldContent() {
    put(5, "a", "1", "b", "2");
    store.replace(StateSteps.cursor(new TreeMap<>(Map.of(b("b"), b("3"), b("c"), b("4")))), 3);
    assertEquals(Map.of(b("b"), b("3"), b("c"), b("4")), all());
    assertEquals(3, store.applied());
    reopen();
    assertEquals(Map.of(b("b"), b("3"), b("c"), b("4")), all());
    put(4, "d", "5");
    store.replace(StateSteps.cursor(Map.of()), 11);
    reopen();
    assertEquals(Map.of(), all());
    assertEquals(11, store.applied());
  }

  @Test
  void aReplaceThatFailsLeavesTheOldContent() {
    put(5, "a", "1");
    StateCursor broken = StateSteps.cursor(Map.of());
    StateCursor failing =
        new StateCursor() {
          private int left = 100;

          @Override
          public boolean next() {
            if (left-- == 0) {
              throw new StorageException(StorageException.Kind.CORRUPT, "the source is broken");
            }
            return true;
          }

          @Override
          public Bytes key() {
            return Bytes.ofLong(100 - left);
          }

          @Override
          public Bytes value() {
            return Bytes.EMPTY;
          }

          @Override
          public void close() {
            broken.close();
          }
        };
    assertThrows(StorageException.class, () -> store.replace(failing, 9));
    assertEquals(Map.of(b("a"), b("1")), all());
    put(6, "b", "2");
    reopen();
    assertEquals(Map.of(b("a"), b("1"), b("b"), b("2")), all());
    assertEquals(6, store.applied());
  }

  @Test
  void aReplaceOutOfKeyOrderIsRefused() {
    put(5, "a", "1");
    NavigableMap<Bytes, Bytes> content = new TreeMap<>(Map.of(b("b"), b("1"), b("c"), b("2")));
    StateCursor backwards = StateSteps.cursor(content.descendingMap());
    assertThrows(IllegalArgumentException.class, () -> store.replace(backwards, 9));
    assertEquals(Map.of(b("a"), b("1")), all());
    assertEquals(5, store.applied());
  }

  @Test
  void aWalkSeesEachKeyAtMostOnceBesideCommitsAndReplace() throws Exception {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    for (long i = 0; i < 2_000; i += 2) {
      changes.put(Bytes.ofLong(i), Bytes.ofLong(0));
    }
    store.commit(new StateBatch(changes, 1));
    try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
      for (int i = 0; i < 100; i++) {
        assertTrue(cursor.next());
      }
      put(2, "zzzzzzzzz", "late");
      store.replace(StateSteps.cursor(new TreeMap<>(Map.of(b("x"), b("y")))), 3);
      Bytes last = cursor.key();
      int seen = 100;
      while (cursor.next()) {
        assertTrue(last.compareTo(cursor.key()) < 0);
        last = cursor.key();
        seen++;
      }
      assertTrue(seen >= 1_000, "keys that never changed were missed: " + seen);
    }
    assertEquals(Map.of(b("x"), b("y")), all());
  }

  @Test
  void readsFromOtherThreadsGoOnBesideCommits() throws Exception {
    NavigableMap<Bytes, Bytes> fixed = new TreeMap<>();
    for (long i = 0; i < 3_000; i += 3) {
      fixed.put(Bytes.ofLong(i), Bytes.ofLong(i));
    }
    store.commit(new StateBatch(fixed, 1));
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try {
      Future<?> getter = readers.submit(() -> readFixed(fixed, stop));
      Future<?> scanner = readers.submit(() -> scanFixed(fixed, stop));
      SplittableRandom random = new SplittableRandom(3);
      for (int applied = 2; applied < 40; applied++) {
        NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
          Bytes key = Bytes.ofLong(random.nextInt(1_000) * 3L + 1);
          changes.put(key, random.nextBoolean() ? StateBatch.DELETED : Bytes.ofLong(applied));
        }
        store.commit(new StateBatch(changes, applied));
      }
      stop.set(true);
      getter.get(60, TimeUnit.SECONDS);
      scanner.get(60, TimeUnit.SECONDS);
    } finally {
      stop.set(true);
      readers.shutdownNow();
    }
  }

  private void readFixed(Map<Bytes, Bytes> fixed, AtomicBoolean stop) {
    do {
      fixed.forEach((key, value) -> assertEquals(value, store.get(key)));
    } while (!stop.get());
  }

  private void scanFixed(Map<Bytes, Bytes> fixed, AtomicBoolean stop) {
    do {
      for (boolean reverse : new boolean[] {false, true}) {
        NavigableMap<Bytes, Bytes> seen =
            StateSteps.drain(
                reverse ? store.scanReverse(Bytes.EMPTY, null) : store.scan(Bytes.EMPTY, null),
                reverse);
        seen.keySet().retainAll(fixed.keySet());
        assertEquals(fixed, seen);
      }
    } while (!stop.get());
  }
}
