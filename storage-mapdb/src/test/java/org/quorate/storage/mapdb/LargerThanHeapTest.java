package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** State of four times the heap: written, overwritten, replaced and read by a JVM of its own. */
class LargerThanHeapTest {
  private static final int HEAP_MIB = 20;
  private static final int VALUE = 2_000;
  private static final int KEYS = 4 * HEAP_MIB * 1024 * 1024 / VALUE;
  private static final int BATCH = 1_000;

  /** Far more than it needs; a child that hangs is ended. */
  private static final long LIMIT_S = 240;

  @TempDir Path dir;

  @Test
  void stateOfFourTimesTheHeap() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS).execute(child::destroyForcibly);
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), out);
    assertEquals("all " + KEYS + " keys twice", out.strip());
  }

  /** Runs with the small heap. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      MapdbStateStorage storage = new MapdbStateStorage(Path.of(args[0]));
      try (StateStore store = storage.open(GroupId.of("large"))) {
        long applied = 0;
        for (int from = 0; from < KEYS; from += BATCH) {
          store.commit(new StateBatch(batch(from), ++applied));
        }
        check(store);
        try (StateCursor content = store.scan(Bytes.EMPTY, null)) {
          store.replace(content, ++applied);
        }
      }
      try (StateStore store = storage.open(GroupId.of("large"))) {
        check(store);
      }
      System.out.println("all " + KEYS + " keys twice");
    }

    private static NavigableMap<Bytes, Bytes> batch(int from) {
      NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
      for (int i = from; i < Math.min(KEYS, from + BATCH); i++) {
        changes.put(key(i), value(i));
      }
      return changes;
    }

    /** Scattered over the key space, each once. */
    private static Bytes key(int i) {
      return Bytes.ofLong(i * 0x9e3779b97f4a7c15L);
    }

    private static Bytes value(int i) {
      byte[] value = new byte[VALUE];
      new SplittableRandom(i).nextBytes(value);
      return Bytes.wrap(value);
    }

    private static void check(StateStore store) {
      int seen = 0;
      try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
        while (cursor.next()) {
          seen++;
        }
      }
      if (seen != KEYS) {
        throw new IllegalStateException(seen + " keys");
      }
      for (int i = 0; i < KEYS; i += 7) {
        if (!value(i).equals(store.get(key(i)))) {
          throw new IllegalStateException("another value at " + i);
        }
      }
    }
  }
}
