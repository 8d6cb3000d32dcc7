package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/** Fails the 1st, 2nd, 3rd … change of a file, clean or half done, and reopens what is there. */
class CrashAtEachWriteTest {
  private static final GroupId GROUP = GroupId.of("orders");
  private static final int STEPS = 6;
  private static final int REPLACED_AT = 4;

  @TempDir Path dir;

  /** How the file system fails. */
  private enum Mode {
    /** The change does not happen, nor does any other: the process counts as dead. */
    DEAD,
    /** Half of the change happens, and no other. */
    TORN,
    /** The change does not happen, others do. */
    ONCE
  }

  /** Lets so many changes pass. */
  private static final class Fuse implements Disk.Guard {
    private final Mode mode;
    private int left;
    private boolean blown;

    Fuse(int left, Mode mode) {
      this.left = left;
      this.mode = mode;
    }

    @Override
    public int before(String operation, Path file, int bytes) throws IOException {
      if (blown ? mode == Mode.ONCE : left-- > 0) {
        return bytes;
      }
      boolean first = !blown;
      blown = true;
      if (first && mode == Mode.TORN && bytes > 1) {
        return bytes / 2;
      }
      throw new IOException(operation + " fails");
    }
  }

  private static NavigableMap<Bytes, Bytes> changes(long step) {
    NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(step);
    for (int i = 0; i < 8; i++) {
      byte[] value = new byte[random.nextInt(700)];
      random.nextBytes(value);
      Bytes key = Bytes.ofLong(random.nextInt(50));
      changes.put(key, random.nextInt(4) == 0 ? StateBatch.DELETED : Bytes.wrap(value));
    }
    return changes;
  }

  private static NavigableMap<Bytes, Bytes> state(long step) {
    NavigableMap<Bytes, Bytes> state = new TreeMap<>();
    for (long s = 1; s <= step; s++) {
      changes(s).forEach(state::put);
      state.values().removeIf(v -> v == StateBatch.DELETED);
    }
    return state;
  }

  private static NavigableMap<Bytes, Bytes> content(StateStore store) {
    NavigableMap<Bytes, Bytes> content = new TreeMap<>();
    try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
      while (cursor.next()) {
        content.put(cursor.key(), cursor.value());
      }
    }
    return content;
  }

  /** The steps that were acknowledged before the fuse blew. */
  private static long run(Path folder, Fuse fuse) {
    long acknowledged = 0;
    MapdbStateStorage storage = new MapdbStateStorage(folder, 0, fuse);
    try (StateStore store = storage.open(GROUP)) {
      for (long step = 1; step <= STEPS; step++) {
        if (step != REPLACED_AT || !replaced(store, fuse)) {
          store.commit(new StateBatch(changes(step), step));
        }
        acknowledged = step;
      }
    } catch (StorageException e) {
      assertTrue(fuse.blown, "failed by itself: " + e);
    }
    return acknowledged;
  }

  /** False when it failed but the store may go on: then a commit must do the same. */
  private static boolean replaced(StateStore store, Fuse fuse) {
    try {
      store.replace(new MapCursor(state(REPLACED_AT)), REPLACED_AT);
      return true;
    } catch (StorageException e) {
      if (fuse.mode == Mode.ONCE) {
        return false;
      }
      throw e;
    }
  }

  private int untilItPasses(Mode mode) {
    for (int n = 0; ; n++) {
      Path folder = dir.resolve(mode + "-" + n);
      Fuse fuse = new Fuse(n, mode);
      final long acknowledged = run(folder, fuse);
      MapdbStateStorage storage = new MapdbStateStorage(folder, 0);
      try (StateStore store = storage.open(GROUP)) {
        assertTrue(store.applied() >= acknowledged, "change " + n + ": lost " + acknowledged);
        assertEquals(state(store.applied()), content(store), "change " + n);
        long next = store.applied() + 1;
        store.commit(new StateBatch(changes(next), next));
        assertEquals(state(next), content(store), "change " + n);
      }
      storage.delete(GROUP);
      if (!fuse.blown) {
        return n;
      }
    }
  }

  @Test
  void aFailedChangeLosesNothingAcknowledged() {
    assertTrue(untilItPasses(Mode.DEAD) > 40);
  }

  @Test
  void aHalfDoneChangeLosesNothingAcknowledged() {
    assertTrue(untilItPasses(Mode.TORN) > 40);
  }

  @Test
  void oneFailedChangeLosesNothingAcknowledgedAfterIt() {
    assertTrue(untilItPasses(Mode.ONCE) > 40);
  }

  @Test
  void afterAFailedCommitThereIsNoOther() {
    MapdbStateStorage storage = new MapdbStateStorage(dir, 0, new Fuse(40, Mode.ONCE));
    StateStore store = storage.open(GROUP);
    StateBatch first = new StateBatch(changes(1), 1);
    StorageException why =
        assertThrows(
            StorageException.class,
            () -> {
              for (int i = 0; i < 40; i++) {
                store.commit(first);
              }
            });
    assertTrue(why.getMessage().contains("state-1"), why.getMessage());
    assertThrows(StorageException.class, () -> store.commit(first));
    store.close();
  }

  /** Walks over a map. */
  private static final class MapCursor implements StateCursor {
    private final NavigableMap<Bytes, Bytes> map;
    private Bytes key;

    MapCursor(NavigableMap<Bytes, Bytes> map) {
      this.map = map;
    }

    @Override
    public boolean next() {
      key = key == null ? (map.isEmpty() ? null : map.firstKey()) : map.higherKey(key);
      return key != null;
    }

    @Override
    public Bytes key() {
      return key;
    }

    @Override
    public Bytes value() {
      return map.get(key);
    }

    @Override
    public void close() {
      key = null;
    }
  }
}
