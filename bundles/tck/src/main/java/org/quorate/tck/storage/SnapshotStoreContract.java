package org.quorate.tck.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.Reader;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.storage.SnapshotStore.Writer;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StorageException;

/** What every {@link SnapshotStore} must do; damage is tried when the storage is durable. */
public abstract class SnapshotStoreContract {
  protected static final GroupId GROUP = GroupId.of("orders");
  private static final SnapshotId ID = new SnapshotId(2, 1_000, 0x8000_0000_0000_0001L);

  @TempDir protected Path dir;
  private StateStorage storage;
  private SnapshotStore store;

  /** The storage under test over a data directory. */
  protected abstract StateStorage storage(Path dir);

  @BeforeEach
  void open() {
    storage = storage(dir);
    store = storage.snapshots(GROUP);
  }

  @AfterEach
  void close() {
    store.close();
    storage.close();
  }

  private void restart() {
    close();
    open();
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new SplittableRandom(length).nextBytes(content);
    return content;
  }

  /** Writes what is missing of a content up to a length, in chunks; leaves the writer open. */
  private static void fill(Writer writer, byte[] content, int upTo, int chunk) {
    while (writer.offset() < upTo) {
      int at = (int) writer.offset();
      writer.write(at, Bytes.wrap(content, at, Math.min(chunk, upTo - at)));
    }
  }

  private void write(SnapshotId id, byte[] content, int chunk) {
    try (Writer writer = store.write(id)) {
      fill(writer, content, content.length, chunk);
      writer.finish();
    }
  }

  private byte[] read(SnapshotId id, int maxBytes) {
    try (Reader reader = store.read(id)) {
      Encoder out = new Encoder();
      for (Bytes part = reader.read(0, maxBytes);
          !part.isEmpty();
          part = reader.read(out.size(), maxBytes)) {
        assertTrue(part.length() <= maxBytes);
        out.raw(part);
      }
      assertEquals(reader.length(), out.size());
      assertEquals(id, reader.id());
      return out.take().toByteArray();
    }
  }

  private void assertHolds(SnapshotId id, byte[] content) {
    assertTrue(Arrays.equals(content, read(id, 1_000)), "another content");
  }

  @Test
  void aSnapshotIsVisibleOnlyWhenFinished() {
    try (Writer writer = store.write(ID)) {
      fill(writer, content(5_000), 5_000, 700);
      assertEquals(List.of(), store.complete());
      assertThrows(StorageException.class, () -> store.read(ID).close());
      writer.finish();
      assertEquals(List.of(ID), store.complete());
    }
    assertHolds(ID, content(5_000));
  }

  @Test
  void anEmptySnapshotIsOne() {
    write(ID, new byte[0], 1);
    assertEquals(List.of(ID), store.complete());
    assertHolds(ID, new byte[0]);
  }

  @Test
  void aChunkLargerThanAnyBufferComesBack() {
    byte[] content = content(5 * 1024 * 1024 + 17);
    write(ID, content, content.length);
    assertTrue(Arrays.equals(content, read(ID, 3_000_000)));
    assertTrue(Arrays.equals(content, read(ID, 64 * 1024)));
  }

  @Test
  void aChunkMustBeAtTheOffset() {
    try (Writer writer = store.write(ID)) {
      assertThrows(IllegalArgumentException.class, () -> writer.write(1, Bytes.utf8("x")));
      writer.write(0, Bytes.utf8("abc"));
      assertThrows(IllegalArgumentException.class, () -> writer.write(0, Bytes.utf8("abc")));
      assertEquals(3, writer.offset());
    }
  }

  @Test
  void aReaderReadsAnywhere() {
    byte[] content = content(20_000);
    write(ID, content, 999);
    SplittableRandom random = new SplittableRandom(7);
    try (Reader reader = store.read(ID)) {
      for (int i = 0; i < 500; i++) {
        int at = random.nextInt(content.length);
        Bytes part = reader.read(at, random.nextInt(1, 5_000));
        assertTrue(part.length() > 0);
        assertEquals(Bytes.wrap(content, at, part.length()), part);
      }
      assertEquals(Bytes.EMPTY, reader.read(content.length, 10));
      assertThrows(IllegalArgumentException.class, () -> reader.read(-1, 10));
    }
  }

  @Test
  void aPartialSnapshotIsResumedByItsId() {
    byte[] content = content(10_000);
    try (Writer writer = store.write(ID)) {
      fill(writer, content, 4_000, 500);
    }
    try (Writer writer = store.write(ID)) {
      assertEquals(4_000, writer.offset());
      fill(writer, content, content.length, 300);
      writer.finish();
    }
    assertHolds(ID, content);
  }

  @Test
  void aPartialSnapshotSurvivesARestart() {
    byte[] content = content(10_000);
    try (Writer writer = store.write(ID)) {
      fill(writer, content, 4_000, 500);
    }
    restart();
    assertEquals(List.of(), store.complete());
    try (Writer writer = store.write(ID)) {
      assertEquals(storage.durable() ? 4_000 : 0, writer.offset());
      fill(writer, content, content.length, 300);
      writer.finish();
    }
    restart();
    assertEquals(storage.durable() ? List.of(ID) : List.of(), store.complete());
    if (storage.durable()) {
      assertHolds(ID, content);
    }
  }

  @Test
  void anotherPartialSnapshotGoes() {
    try (Writer writer = store.write(ID)) {
      fill(writer, content(100), 100, 10);
    }
    SnapshotId other = new SnapshotId(ID.epoch(), ID.inner(), ID.id() + 1);
    store.write(other).close();
    try (Writer writer = store.write(ID)) {
      assertEquals(0, writer.offset());
    }
  }

  @Test
  void aGivenUpSnapshotIsNotFinished() {
    try (Writer first = store.write(ID)) {
      first.write(0, Bytes.utf8("abc"));
      SnapshotId other = new SnapshotId(ID.epoch(), ID.inner(), ID.id() + 1);
      write(other, content(50), 10);
      assertThrows(IllegalStateException.class, first::finish);
      assertEquals(List.of(other), store.complete());
    }
  }

  @Test
  void aFinishedSnapshotIsNotWrittenAgain() {
    write(ID, content(100), 10);
    try (Writer writer = store.write(ID)) {
      assertEquals(100, writer.offset());
      assertThrows(IllegalStateException.class, () -> writer.write(100, Bytes.utf8("x")));
      writer.finish();
    }
    assertHolds(ID, content(100));
  }

  @Test
  void theNewestIsLastAndAnOpenReaderOutlivesItsSuccessor() {
    write(ID, content(3_000), 100);
    try (Reader reader = store.read(ID)) {
      SnapshotId newer = new SnapshotId(3, 10, 1);
      write(newer, content(50), 10);
      List<SnapshotId> complete = store.complete();
      assertEquals(newer, complete.get(complete.size() - 1));
      assertEquals(Bytes.wrap(content(3_000), 1_000, 1_000), reader.read(1_000, 1_000));
    }
  }

  @Test
  void deleteTakesCompleteAndPartial() {
    write(ID, content(100), 10);
    store.delete(ID);
    assertEquals(List.of(), store.complete());
    try (Writer writer = store.write(ID)) {
      fill(writer, content(100), 50, 10);
    }
    store.delete(ID);
    store.delete(ID);
    try (Writer writer = store.write(ID)) {
      assertEquals(0, writer.offset());
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(dir)) {
      return all.filter(Files::isRegularFile).filter(f -> f.toFile().length() > 0).toList();
    }
  }

  /** Restarts on a damaged file and reads: the exact content or an error that names the file. */
  private void assertNoticed(Path file, byte[] content, String damage) {
    open();
    try {
      assertHolds(ID, content);
      throw new AssertionError(damage + " of " + file.getFileName() + " was not noticed");
    } catch (StorageException named) {
      assertEquals(StorageException.Kind.CORRUPT, named.kind(), damage);
      assertTrue(named.getMessage().contains(file.getFileName().toString()), named.getMessage());
      assertTrue(named.getMessage().contains("offset"), named.getMessage());
    } finally {
      close();
    }
  }

  @Test
  void aFlippedByteOfACompleteSnapshotIsNamed() throws IOException {
    assumeTrue(storage.durable());
    byte[] content = content(700);
    write(ID, content, 200);
    close();
    List<Path> files = files();
    assertEquals(1, files.size());
    byte[] good = Files.readAllBytes(files.get(0));
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      Files.write(files.get(0), bad);
      assertNoticed(files.get(0), content, "flip at " + at);
    }
    Files.write(files.get(0), good);
    open();
    assertHolds(ID, content);
  }

  @Test
  void aCutOrLongerCompleteSnapshotIsNamed() throws IOException {
    assumeTrue(storage.durable());
    byte[] content = content(700);
    write(ID, content, 200);
    close();
    Path file = files().get(0);
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertNoticed(file, content, "cut to " + length);
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertNoticed(file, content, "a byte more");
    Files.write(file, good);
    open();
    assertHolds(ID, content);
  }

  @Test
  void aDamagedPartialSnapshotIsCutToWhatVerifies() throws IOException {
    assumeTrue(storage.durable());
    byte[] content = content(450);
    try (Writer writer = store.write(ID)) {
      fill(writer, content, 300, 100);
    }
    close();
    Path file = files().get(0);
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < 2 * good.length; at++) {
      byte[] bad = Arrays.copyOf(good, at < good.length ? at : good.length);
      if (at >= good.length) {
        bad[at - good.length] ^= 0x10;
      }
      Files.write(file, bad);
      open();
      try (Writer writer = store.write(ID)) {
        assertTrue(writer.offset() <= 300 && writer.offset() % 100 == 0, "at " + at);
        fill(writer, content, content.length, 150);
        writer.finish();
      }
      assertHolds(ID, content);
      store.delete(ID);
      close();
    }
    open();
  }
}
