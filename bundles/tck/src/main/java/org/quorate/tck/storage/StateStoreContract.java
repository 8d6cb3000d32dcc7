package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/** What every {@link StateStore} must do; each test is a sentence of its Javadoc. */
public abstract class StateStoreContract {
  protected static final GroupId GROUP = GroupId.of("orders");

  @TempDir protected Path dir;
  private StateStorage storage;
  private StateStore store;

  /** The storage under test over a data directory. */
  protected abstract StateStorage storage(Path dir);

  @BeforeEach
  void open() {
    storage = storage(dir);
    store = storage.open(GROUP);
  }

  @AfterEach
  void close() {
    store.close();
    storage.close();
  }

  private void reopen() {
    store.close();
    store = storage.open(GROUP);
  }

  private void restart() {
    close();
    open();
  }

  private static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  private void put(long applied, String... keysAndValues) {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String value = keysAndValues[i + 1];
      changes.put(b(keysAndValues[i]), value == null ? StateBatch.DELETED : b(value));
    }
    store.commit(new StateBatch(changes, applied));
  }

  private NavigableMap<Bytes, Bytes> all() {
    return StateSteps.drain(store.scan(Bytes.EMPTY, null), false);
  }

  private String keys(StateCursor cursor, boolean reverse) {
    NavigableMap<Bytes, Bytes> map = StateSteps.drain(cursor, reverse);
    StringBuilder text = new StringBuilder();
    (reverse ? map.descendingMap() : map).keySet().forEach(k -> text.append(k.utf8()));
    return text.toString();
  }

  @Test
  void aNewStoreIsEmptyAndAppliedIsZero() {
    assertEquals(0, store.applied());
    assertNull(store.get(b("a")));
    assertEquals(Map.of(), all());
    assertEquals(Map.of(), StateSteps.drain(store.scanReverse(Bytes.EMPTY, null), true));
  }

  @Test
  void aCommitMakesChangesAndAppliedVisible() {
    put(7, "a", "1", "b", "2");
    assertEquals(b("1"), store.get(b("a")));
    assertEquals(b("2"), store.get(b("b")));
    assertNull(store.get(b("c")));
    assertEquals(7, store.applied());
    put(9, "a", "3", "b", null, "c", null);
    assertEquals(Map.of(b("a"), b("3")), all());
    assertEquals(9, store.applied());
  }

  @Test
  void aCommitWithoutChangesMovesApplied() {
    put(4);
    reopen();
    assertEquals(4, store.applied());
  }

  @Test
  void deletedIsKnownByIdentityNotByContent() {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    changes.put(b("a"), StateBatch.DELETED.concat(Bytes.EMPTY));
    store.commit(new StateBatch(changes, 1));
    assertEquals(StateBatch.DELETED, store.get(b("a")));
  }

  @Test
  void whatIsCommittedIsACopyOfTheCallersSlices() {
    byte[] frame = "..key..value..".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    changes.put(Bytes.wrap(frame, 2, 3), Bytes.wrap(frame, 7, 5));
    store.commit(new StateBatch(changes, 1));
    java.util.Arrays.fill(frame, (byte) 'x');
    assertEquals(Map.of(b("key"), b("value")), all());
  }

  @Test
  void scansGoFromInclusiveToExclusiveInBothDirections() {
    put(1, "a", "1", "b", "2", "c", "3", "d", "4");
    assertEquals("bc", keys(store.scan(b("b"), b("d")), false));
    assertEquals("cb", keys(store.scanReverse(b("b"), b("d")), true));
    assertEquals("cd", keys(store.scan(b("bb"), null), false));
    assertEquals("dc", keys(store.scanReverse(b("bb"), null), true));
    assertEquals("abcd", keys(store.scan(Bytes.EMPTY, b("dd")), false));
    assertEquals("", keys(store.scan(b("b"), b("b")), false));
    assertEquals("", keys(store.scanReverse(b("b"), b("b")), true));
    assertEquals("", keys(store.scan(b("c"), b("b")), false));
    assertEquals("", keys(store.scanReverse(b("c"), b("b")), true));
    assertEquals("", keys(store.scan(b("e"), null), false));
    assertEquals("", keys(store.scanReverse(b("e"), null), true));
  }

  @Test
  void keysAreOrderedAsUnsignedBytes() {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      changes.put(Bytes.wrap(new byte[] {(byte) i}), Bytes.EMPTY);
    }
    changes.put(Bytes.EMPTY, b("the empty key"));
    store.commit(new StateBatch(changes, 1));
    List<Bytes> forward = new ArrayList<>();
    try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
      while (cursor.next()) {
        forward.add(cursor.key());
      }
    }
    assertEquals(new ArrayList<>(changes.keySet()), forward);
  }

  @Test
  void largeKeysAndValuesComeBack() {
    byte[] key = new byte[64 * 1024];
    byte[] value = new byte[4 * 1024 * 1024];
    new SplittableRandom(1).nextBytes(key);
    new SplittableRandom(2).nextBytes(value);
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    changes.put(Bytes.wrap(key), Bytes.wrap(value));
    changes.put(b("empty"), Bytes.EMPTY);
    store.commit(new StateBatch(changes, 1));
    reopen();
    assertEquals(Bytes.wrap(value), store.get(Bytes.wrap(key)));
    assertEquals(Bytes.EMPTY, store.get(b("empty")));
    assertEquals(changes, all());
  }

  @Test
  void randomOperationsAgreeWithAModelAcrossReopens() {
    SplittableRandom random = new SplittableRandom(42);
    StateSteps steps = new StateSteps(42);
    for (int round = 0; round < 150; round++) {
      int choice = random.nextInt(20);
      if (choice == 0) {
        reopen();
      } else if (choice == 1) {
        steps.next();
        store.replace(StateSteps.cursor(steps.state()), steps.step());
      } else {
        store.commit(steps.next());
      }
      assertEquals(steps.step(), store.applied());
      for (int i = 0; i < 20; i++) {
        Bytes key = StateSteps.key(random);
        assertEquals(steps.state().get(key), store.get(key));
      }
      Bytes from = StateSteps.key(random);
      Bytes to = random.nextInt(5) == 0 ? null : StateSteps.key(random);
      NavigableMap<Bytes, Bytes> expected = range(steps.state(), from, to);
      assertEquals(expected, StateSteps.drain(store.scan(from, to), false));
      assertEquals(expected, StateSteps.drain(store.scanReverse(from, to), true));
    }
    assertEquals(steps.state(), all());
  }

  private static NavigableMap<Bytes, Bytes> range(
      NavigableMap<Bytes, Bytes> map, Bytes from, Bytes to) {
    if (to == null) {
      return map.tailMap(from, true);
    }
    return to.compareTo(from) <= 0 ? new TreeMap<>() : map.subMap(from, true, to, false);
  }

  @Test
  void aRestartKeepsWhatADurableStoreHoldsAndNothingElse() {
    put(5, "a", "1");
    restart();
    assertEquals(storage.durable() ? 5 : 0, store.applied());
    assertEquals(storage.durable() ? Map.of(b("a"), b("1")) : Map.of(), all());
  }

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

  @Test
  void sizeGrowsWithTheContent() {
    final long before = store.sizeBytes();
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    for (long i = 0; i < 64; i++) {
      changes.put(Bytes.ofLong(i), Bytes.wrap(new byte[64 * 1024]));
    }
    store.commit(new StateBatch(changes, 1));
    assertTrue(before >= 0);
    assertTrue(store.sizeBytes() >= before + 2 * 1024 * 1024, before + " " + store.sizeBytes());
  }

  @Test
  void groupsAreApart() {
    put(5, "a", "1");
    try (StateStore other = storage.open(GroupId.of("orders2"))) {
      assertEquals(0, other.applied());
      assertNull(other.get(b("a")));
    }
  }

  @Test
  void anOpenGroupIsLocked() {
    StorageException refused =
        assertThrows(StorageException.class, () -> storage.open(GROUP).close());
    assertEquals(StorageException.Kind.LOCKED, refused.kind());
  }

  @Test
  void closingTwiceIsHarmlessAndAClosedStoreRefuses() {
    put(1, "a", "1");
    store.close();
    store.close();
    assertThrows(IllegalStateException.class, () -> store.get(b("a")));
    assertThrows(IllegalStateException.class, () -> store.scan(Bytes.EMPTY, null));
    assertThrows(IllegalStateException.class, () -> put(2, "a", "2"));
    store = storage.open(GROUP);
    assertEquals(b("1"), store.get(b("a")));
  }

  @Test
  void deleteTakesStateAndSnapshots() {
    put(5, "a", "1");
    SnapshotStore.SnapshotId id = new SnapshotStore.SnapshotId(1, 5, 77);
    try (SnapshotStore snapshots = storage.snapshots(GROUP);
        SnapshotStore.Writer writer = snapshots.write(id)) {
      writer.write(0, b("content"));
      writer.finish();
    }
    assertThrows(IllegalStateException.class, () -> storage.delete(GROUP));
    store.close();
    storage.delete(GROUP);
    storage.delete(GroupId.of("never-was"));
    store = storage.open(GROUP);
    assertEquals(0, store.applied());
    assertEquals(Map.of(), all());
    try (SnapshotStore snapshots = storage.snapshots(GROUP)) {
      assertEquals(List.of(), snapshots.complete());
    }
  }

  @Test
  void theNameIsOneThatConfigurationCanSay() {
    assertFalse(storage.name().isBlank());
  }
}
