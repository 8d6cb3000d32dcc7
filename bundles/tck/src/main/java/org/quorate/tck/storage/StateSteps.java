package org.quorate.tck.storage;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;

/**
 * A sequence of batches that is a function of its seed, with the state after each: what a test knows
 * a store to hold once it knows its applied index.
 */
final class StateSteps {
  private final long seed;
  private final NavigableMap<Bytes, Bytes> state = new TreeMap<>();
  private long step;

  StateSteps(long seed) {
    this.seed = seed;
  }

  /** The steps up to one, applied. */
  static StateSteps upTo(long seed, long step) {
    StateSteps steps = new StateSteps(seed);
    while (steps.step < step) {
      steps.next();
    }
    return steps;
  }

  long step() {
    return step;
  }

  NavigableMap<Bytes, Bytes> state() {
    return state;
  }

  /** The next batch, already part of {@link #state()}; its applied index is the step's number. */
  StateBatch next() {
    step++;
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + step);
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    int count = random.nextInt(1, 60);
    for (int i = 0; i < count; i++) {
      Bytes key = key(random);
      if (random.nextInt(4) == 0) {
        changes.put(key, StateBatch.DELETED);
        state.remove(key);
      } else {
        Bytes value = value(random);
        changes.put(key, value);
        state.put(key, value);
      }
    }
    return new StateBatch(changes, step);
  }

  /** Short keys over a small alphabet with both ends of the unsigned order, the empty key too. */
  static Bytes key(SplittableRandom random) {
    byte[] alphabet = {0, 1, 'a', 'b', 'c', 0x7f, (byte) 0x80, (byte) 0xff};
    byte[] key = new byte[random.nextInt(5)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return Bytes.wrap(key);
  }

  private static Bytes value(SplittableRandom random) {
    int length = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(100);
    byte[] value = new byte[length];
    random.nextBytes(value);
    return Bytes.wrap(value);
  }

  /** Walks over a map, as a snapshot that is being installed does. */
  static StateCursor cursor(Map<Bytes, Bytes> map) {
    Iterator<Map.Entry<Bytes, Bytes>> entries = map.entrySet().iterator();
    return new StateCursor() {
      private Map.Entry<Bytes, Bytes> entry;

      @Override
      public boolean next() {
        entry = entries.hasNext() ? entries.next() : null;
        return entry != null;
      }

      @Override
      public Bytes key() {
        return entry.getKey();
      }

      @Override
      public Bytes value() {
        return entry.getValue();
      }

      @Override
      public void close() {
        entry = null;
      }
    };
  }

  /** Everything a cursor gives; fails when a key comes out of order. */
  static NavigableMap<Bytes, Bytes> drain(StateCursor cursor, boolean reverse) {
    NavigableMap<Bytes, Bytes> seen = new TreeMap<>();
    try (cursor) {
      Bytes last = null;
      while (cursor.next()) {
        Bytes key = cursor.key();
        if (last != null && (reverse ? last.compareTo(key) <= 0 : last.compareTo(key) >= 0)) {
          throw new AssertionError("key " + key + " after " + last);
        }
        last = key;
        seen.put(key, cursor.value());
      }
    }
    return seen;
  }
}
