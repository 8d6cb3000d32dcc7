package org.quorate.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/** Flips bytes of the files and cuts them: the right content or an error with file and offset. */
class DamageTest {
  private static final GroupId GROUP = GroupId.of("orders");

  @TempDir Path dir;
  private Path damaged;
  private byte[] data;
  private byte[] log;

  /** State after each commit. */
  private final List<NavigableMap<Bytes, Bytes>> states = new ArrayList<>();

  private record Seen(long applied, NavigableMap<Bytes, Bytes> content) {}

  /** Two commits in the data file, and files as a crash leaves them with two more in the log. */
  @BeforeEach
  void fill() throws IOException {
    MapdbStateStorage storage = new MapdbStateStorage(dir.resolve("good"), 0);
    NavigableMap<Bytes, Bytes> state = new TreeMap<>();
    states.add(new TreeMap<>());
    for (int opening = 0; opening < 2; opening++) {
      try (StateStore store = storage.open(GROUP)) {
        for (int i = 0; i < 2; i++) {
          long applied = states.size();
          NavigableMap<Bytes, Bytes> changes = new TreeMap<>();
          for (long key = 0; key < 40; key++) {
            changes.put(Bytes.ofLong(key * applied), Bytes.wrap(new byte[(int) (20 * key)]));
          }
          store.commit(new StateBatch(changes, applied));
          state.putAll(changes);
          states.add(new TreeMap<>(state));
        }
        Path folder = dir.resolve("good").resolve(GROUP.name());
        data = Files.readAllBytes(folder.resolve("state-1.db"));
        log = Files.readAllBytes(folder.resolve("state-1.log"));
      }
    }
    damaged = dir.resolve("damaged").resolve(GROUP.name());
    Files.createDirectories(damaged);
  }

  private Seen open(byte[] dataFile, byte[] logFile) throws IOException {
    Files.write(damaged.resolve("state-1.db"), dataFile);
    Files.write(damaged.resolve("state-1.log"), logFile);
    try (StateStore store = new MapdbStateStorage(dir.resolve("damaged"), 0).open(GROUP)) {
      NavigableMap<Bytes, Bytes> content = new TreeMap<>();
      try (StateCursor cursor = store.scan(Bytes.EMPTY, null)) {
        while (cursor.next()) {
          content.put(cursor.key(), cursor.value());
        }
      }
      return new Seen(store.applied(), content);
    }
  }

  /** True if the damage was named, false if it changed nothing. */
  private boolean noticed(byte[] dataFile, byte[] logFile, String what) throws IOException {
    try {
      Seen seen = open(dataFile, logFile);
      assertEquals(4, seen.applied(), what);
      assertEquals(states.get(4), seen.content(), what);
      return false;
    } catch (StorageException e) {
      assertEquals(StorageException.Kind.CORRUPT, e.kind(), what + ": " + e);
      assertTrue(e.getMessage().contains("state-1."), e.getMessage());
      assertTrue(e.getMessage().contains("offset"), e.getMessage());
      return true;
    }
  }

  private static byte[] flip(byte[] file, int at) {
    byte[] bad = file.clone();
    bad[at] ^= (byte) (1 << at % 8);
    return bad;
  }

  @Test
  void theFilesAsACrashLeftThemAreWhole() throws IOException {
    assertEquals(new Seen(4, states.get(4)), open(data, log));
  }

  @Test
  void aFlippedByteOfTheLogIsNamedOrHealed() throws IOException {
    int named = 0;
    for (int at = 0; at < log.length; at += 1_009) {
      named += noticed(data, flip(log, at), "log flip at " + at) ? 1 : 0;
    }
    assertTrue(named > log.length / 1_009 * 3 / 4, named + " of " + log.length / 1_009);
  }

  @Test
  void aFlippedByteOfTheDataIsNamedOrNotUsed() throws IOException {
    int named = 0;
    // What the log holds newer is not read from the data file: look at the data file alone.
    byte[] checkpointed = closed();
    for (int at = 0; at < checkpointed.length; at += at < 48 ? 5 : 7_919) {
      named += noticed(flip(checkpointed, at), new byte[0], "data flip at " + at) ? 1 : 0;
    }
    assertTrue(named > 2, named + " named");
  }

  private byte[] closed() throws IOException {
    open(data, log);
    return Files.readAllBytes(damaged.resolve("state-1.db"));
  }

  @Test
  void aCutDataFileIsNamed() throws IOException {
    byte[] checkpointed = closed();
    for (int length = 0; length < checkpointed.length; length += 100_003) {
      byte[] cut = Arrays.copyOf(checkpointed, length);
      assertTrue(noticed(cut, new byte[0], "data cut to " + length));
    }
  }

  @Test
  void aCutLogIsAPrefixOfCommits() throws IOException {
    for (int length = 0; length < log.length; length += 3_001) {
      Seen seen = open(data, Arrays.copyOf(log, length));
      assertTrue(seen.applied() >= 2, "what the data file holds is there");
      assertEquals(states.get((int) seen.applied()), seen.content(), "log cut to " + length);
    }
  }

  @Test
  void aNewerFormatIsRefused() throws IOException {
    byte[] newer = data.clone();
    for (int at : new int[] {0, 2048}) {
      ByteBuffer.wrap(newer).putInt(at + 8, PageFile.VERSION + 1);
      ByteBuffer.wrap(newer).putInt(at + 36, Page.checksum(0, newer, at, 36));
    }
    StorageException refused = assertThrows(StorageException.class, () -> open(newer, log));
    assertEquals(StorageException.Kind.NEWER_VERSION, refused.kind());
    assertTrue(refused.getMessage().contains("state-1.db"), refused.getMessage());
  }
}
