package org.quorate.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;

class GroupStoreTest {
  private static Bytes key(int n) {
    return Bytes.utf8("k" + n);
  }

  private static List<String> walk(StateCursor cursor) {
    List<String> seen = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        seen.add(cursor.key() + "=" + cursor.value());
      }
    }
    return seen;
  }

  private static List<String> walk(TreeMap<Bytes, Bytes> model, Bytes from, Bytes to) {
    List<String> seen = new ArrayList<>();
    model
        .tailMap(from, true)
        .forEach(
            (k, v) -> {
              if (to == null || k.compareTo(to) < 0) {
                seen.add(k + "=" + v);
              }
            });
    return seen;
  }

  @Test
  void theLayersReadAsOneAtEveryPhaseOfACheckpoint() {
    SplittableRandom random = new SplittableRandom(11);
    GroupStore store = new GroupStore(new TreeStateStore());
    TreeMap<Bytes, Bytes> model = new TreeMap<>();
    int phase = 0;
    for (int i = 0; i < 5_000; i++) {
      Bytes key = key(random.nextInt(60));
      if (random.nextInt(3) == 0) {
        store.delete(key);
        model.remove(key);
      } else {
        Bytes value = Bytes.utf8("v" + i);
        store.put(key, value);
        model.put(key, value);
      }
      if (random.nextInt(20) == 0) {
        switch (phase++ % 4) {
          case 0 -> store.freeze(i + 1);
          case 1 -> store.mark(i + 1);
          case 2 -> store.commitFrozen(StateBatch.Pace.NONE);
          default -> {
            store.thaw();
            store.freezeMarked();
            store.commitFrozen(StateBatch.Pace.NONE);
            store.thaw();
            if (random.nextBoolean()) {
              store.forget();
            }
          }
        }
      }
      Bytes from = key(random.nextInt(60));
      Bytes to = random.nextInt(4) == 0 ? null : key(random.nextInt(60));
      assertEquals(model.get(from), store.get(from));
      List<String> expected = walk(model, from, to);
      assertEquals(expected, walk(store.scan(from, to)), "step " + i);
      Collections.reverse(expected);
      assertEquals(expected, walk(store.scanReverse(from, to)), "step " + i);
    }
  }

  @Test
  void aStateIsSetAsideWhileAnEarlierOneIsStillWritten() {
    GroupStore store = new GroupStore(new TreeStateStore());
    store.put(key(1), Bytes.utf8("a"));
    store.put(key(2), Bytes.utf8("a"));
    store.freeze(1);
    store.put(key(2), Bytes.utf8("b"));
    store.delete(key(1));
    store.mark(2);
    store.put(key(3), Bytes.utf8("c"));
    final long dirty = store.dirtyBytes();
    assertThrows(IllegalStateException.class, () -> store.mark(3));
    assertThrows(IllegalStateException.class, store::freezeMarked);
    assertEquals(
        List.of(key(2) + "=" + Bytes.utf8("b"), key(3) + "=" + Bytes.utf8("c")),
        walk(store.scan(Bytes.EMPTY, null)));
    store.commitFrozen(StateBatch.Pace.NONE);
    store.thaw();
    assertEquals(1, store.store().applied());
    assertEquals(Bytes.utf8("a"), store.store().get(key(1)));
    assertTrue(store.dirtyBytes() < dirty);
    store.freezeMarked();
    assertEquals(null, store.get(key(1)));
    store.commitFrozen(StateBatch.Pace.NONE);
    store.thaw();
    assertEquals(2, store.store().applied(), "exactly what was marked");
    assertEquals(null, store.store().get(key(3)));
    assertEquals(Bytes.utf8("c"), store.get(key(3)));
  }

  @Test
  void countsWhatIsInMemoryOnly() {
    GroupStore store = new GroupStore(new TreeStateStore());
    assertEquals(0, store.dirtyBytes());
    store.put(key(1), Bytes.utf8("abc"));
    long one = store.dirtyBytes();
    store.put(key(1), Bytes.utf8("abcde"));
    assertTrue(store.dirtyBytes() > one);
    long two = store.dirtyBytes();
    store.freeze(1);
    assertEquals(two, store.dirtyBytes());
    assertEquals(0, store.activeBytes());
    store.commitFrozen(StateBatch.Pace.NONE);
    store.thaw();
    assertEquals(0, store.dirtyBytes());
    assertEquals(two, store.heldBytes());
    store.forget();
    assertEquals(0, store.heldBytes());
    assertEquals(1, store.store().applied());
  }

  @Test
  void oneCheckpointAtATime() {
    GroupStore store = new GroupStore(new TreeStateStore());
    store.freeze(1);
    assertThrows(IllegalStateException.class, () -> store.freeze(2));
  }
}
