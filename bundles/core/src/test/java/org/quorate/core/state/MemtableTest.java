package org.quorate.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;

class MemtableTest {
  private final Memtable memtable = new Memtable();
  private final TreeMap<Bytes, Bytes> model = new TreeMap<>();

  private void put(Bytes key, Bytes value) {
    memtable.put(key, value);
    model.put(key, value);
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

  private static List<String> walk(NavigableMap<Bytes, Bytes> map) {
    List<String> seen = new ArrayList<>();
    map.forEach((k, v) -> seen.add(k + "=" + v));
    return seen;
  }

  private NavigableMap<Bytes, Bytes> range(Bytes from, Bytes to) {
    NavigableMap<Bytes, Bytes> tail = model.tailMap(from, true);
    return to == null ? tail : tail.headMap(to.compareTo(from) < 0 ? from : to, false);
  }

  private void check(SplittableRandom random, Bytes key) {
    assertEquals(model.get(key), memtable.get(key));
    Bytes to = random.nextInt(4) == 0 ? null : key(random, 3);
    assertEquals(walk(range(key, to)), walk(memtable.scan(key, to)));
    assertEquals(walk(range(key, to).descendingMap()), walk(memtable.scanReverse(key, to)));
  }

  /** Over few letters, so that keys repeat, are prefixes of each other, and one is empty. */
  private static Bytes key(SplittableRandom random, int longest) {
    byte[] letters = {0, 'a', 0x7f, (byte) 0x80, (byte) 0xff};
    byte[] key = new byte[random.nextInt(longest + 1)];
    for (int i = 0; i < key.length; i++) {
      key[i] = letters[random.nextInt(letters.length)];
    }
    return Bytes.wrap(key);
  }

  @Test
  void isAsASortedMap() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 6_000; i++) {
      Bytes key = key(random, i < 3_000 ? 3 : 7);
      int length = random.nextInt(300) == 0 ? random.nextInt(900_000) : random.nextInt(60);
      Bytes value = Bytes.wrap(new byte[length]);
      put(key, random.nextInt(5) == 0 ? StateBatch.DELETED : value);
      if (i % 50 == 0) {
        check(random, key(random, 4));
      }
    }
    List<String> changes = new ArrayList<>();
    for (Map.Entry<Bytes, Bytes> change : memtable.changes()) {
      changes.add(change.getKey() + "=" + change.getValue());
    }
    assertEquals(walk(model), changes);
  }

  @Test
  void findsKeysThatComeInOrderBetweenOthers() {
    for (int i = 0; i < 20_000; i++) {
      put(Bytes.utf8("change").concat(Bytes.ofLong(i)), Bytes.ofLong(i));
      put(Bytes.utf8("key" + i * 7919L % 4001), Bytes.ofLong(i));
    }
    model.forEach((key, value) -> assertEquals(value, memtable.get(key)));
    assertEquals(walk(model), walk(memtable.scan(Bytes.EMPTY, null)));
  }

  @Test
  void findsKeysThatWereChosenToCollide() {
    for (int i = 0; i < 1 << 12; i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 12; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB"); // of one hash
      }
      put(Bytes.utf8(text.toString()), Bytes.ofLong(i));
    }
    assertEquals(1, model.keySet().stream().mapToInt(Bytes::hashCode).distinct().count());
    model.forEach((key, value) -> assertEquals(value, memtable.get(key)));
    assertNull(memtable.get(Bytes.utf8("AaAaAaAaAaAaAaAaAaAaAaAb")));
  }

  @Test
  void tellsADeletionFromAnEqualValueAndFromNothing() {
    put(Bytes.utf8("a"), StateBatch.DELETED);
    put(Bytes.utf8("b"), Bytes.wrap(new byte[] {0}));
    assertSame(StateBatch.DELETED, memtable.get(Bytes.utf8("a")));
    assertEquals(StateBatch.DELETED, memtable.get(Bytes.utf8("b")));
    assertTrue(memtable.get(Bytes.utf8("b")) != StateBatch.DELETED);
    assertNull(memtable.get(Bytes.utf8("c")));
  }

  /** A counter that is written a million times takes the heap of a few. */
  @Test
  void valuesThatChangeOftenDoNotPileUp() {
    for (int i = 0; i < 1_000; i++) {
      put(Bytes.ofLong(i), Bytes.wrap(new byte[100]));
    }
    long before = memtable.bytes();
    for (int i = 0; i < 1_000_000; i++) {
      memtable.put(Bytes.ofLong(i % 10), Bytes.ofLong(i));
    }
    assertTrue(memtable.bytes() < before * 5 / 4, before + " then " + memtable.bytes());
    assertEquals(Bytes.ofLong(999_999), memtable.get(Bytes.ofLong(9)));
  }

  @Test
  void keepsNothingOfWhatItWasGiven() {
    byte[] key = {1, 2};
    byte[] value = {3, 4};
    memtable.put(Bytes.wrap(key), Bytes.wrap(value));
    value[0] = 9;
    key[0] = 9;
    assertEquals(Bytes.wrap(new byte[] {3, 4}), memtable.get(Bytes.wrap(new byte[] {1, 2})));
  }

  /** What the key-value store's queries stand on: history is there before what refers to it. */
  @Test
  void aReaderThatSeesAChangeSeesAllBefore() {
    int rounds = 200_000;
    Bytes latest = Bytes.utf8("latest");
    memtable.put(latest, Bytes.ofLong(0));
    memtable.put(Bytes.ofLong(0), latest);
    AtomicInteger seen = new AtomicInteger();
    CompletableFuture<Void> reader =
        CompletableFuture.runAsync(
            () -> {
              long at = 0;
              while (at < rounds) {
                long now = memtable.get(latest).longAt(0);
                assertTrue(now >= at, now + " after " + at);
                assertNotNull(memtable.get(Bytes.ofLong(now)), "history of " + now);
                try (StateCursor cursor = memtable.scan(Bytes.ofLong(now), null)) {
                  assertTrue(cursor.next());
                  assertEquals(now, cursor.key().longAt(0));
                }
                seen.incrementAndGet();
                at = now;
              }
            });
    for (int i = 1; i <= rounds && !reader.isDone(); i++) {
      memtable.put(Bytes.ofLong(i), latest);
      memtable.put(latest, Bytes.ofLong(i));
    }
    reader.join();
    assertTrue(seen.get() > 0);
  }
}
