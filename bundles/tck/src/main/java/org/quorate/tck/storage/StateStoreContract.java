package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/** What every {@link StateStore} must do; each test is a sentence of its Javadoc. */
public abstract class StateStoreContract extends StateStoreReplaceContract {
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
