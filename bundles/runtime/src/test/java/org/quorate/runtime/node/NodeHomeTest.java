package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.StorageException;

class NodeHomeTest {
  private static final NodeId NODE = NodeId.of("n1");

  @TempDir Path dir;

  private StorageException refused(NodeId node, String cluster) {
    return assertThrows(StorageException.class, () -> NodeHome.open(dir, node, cluster));
  }

  @Test
  void theStoreStaysAndEachStartIsCounted() {
    long storeId;
    long inMemory;
    try (NodeHome first = NodeHome.open(dir, NODE, "c")) {
      storeId = first.storeId();
      inMemory = first.volatileStoreId(0);
      assertNotEquals(inMemory, first.volatileStoreId(1));
      assertEquals(1, first.incarnation());
      assertEquals(2, first.rise());
      assertEquals(1, first.incarnation());
    }
    try (NodeHome second = NodeHome.open(dir, NODE, "c")) {
      assertEquals(storeId, second.storeId());
      assertEquals(3, second.incarnation());
      assertNotEquals(inMemory, second.volatileStoreId(0));
    }
    try (NodeHome other = NodeHome.open(dir.resolve("other"), NODE, "c")) {
      assertNotEquals(storeId, other.storeId());
    }
  }

  @Test
  void aSecondUserIsToldWhoHasIt() {
    try (NodeHome held = NodeHome.open(dir, NODE, "c")) {
      StorageException refused = refused(NODE, "c");
      assertEquals(StorageException.Kind.LOCKED, refused.kind());
      assertEquals(
          dir + " is in use by process " + ProcessHandle.current().pid() + ": stop it first",
          refused.getMessage());
      assertEquals(1, held.incarnation());
    }
  }

  @Test
  void anotherNodesOrClustersDirectoryIsRefused() {
    NodeHome.open(dir, NODE, "c").close();
    assertTrue(
        refused(NodeId.of("n2"), "c")
            .getMessage()
            .endsWith("node.json belongs to node 'n1', not to 'n2'"));
    assertTrue(
        refused(NODE, "d").getMessage().endsWith("node.json belongs to cluster 'c', not to 'd'"));
  }

  @Test
  void damagedAndNewerIdentitiesAreRefused() throws IOException {
    NodeHome.open(dir, NODE, "c").close();
    Path file = dir.resolve("node.json");
    String good = Files.readString(file);
    Files.writeString(file, good.substring(0, good.length() / 2));
    assertEquals(StorageException.Kind.CORRUPT, refused(NODE, "c").kind());
    Files.writeString(file, "{}");
    assertEquals(StorageException.Kind.CORRUPT, refused(NODE, "c").kind());
    Files.writeString(file, good.replaceFirst("\"format\" : 1", "\"format\" : 2"));
    StorageException newer = refused(NODE, "c");
    assertEquals(StorageException.Kind.NEWER_VERSION, newer.kind());
    assertTrue(newer.getMessage().endsWith("has format 2, this version reads 1"));
    Files.delete(file);
    Files.createDirectories(dir.resolve("groups"));
    assertEquals(StorageException.Kind.CORRUPT, refused(NODE, "c").kind());
  }

  /** Whole, and yet not to be taken for damaged: nobody shall restore it from a backup. */
  @Test
  void aManifestOfANewerVersionIsNamedAsSuch() throws IOException {
    NodeHome.open(dir, NODE, "c").close();
    Path file = Files.createDirectories(dir.resolve("groups")).resolve("g.manifest");
    CheckedFile ofNewer = new CheckedFile(0x51474d31, "manifest", 9);
    ofNewer.write(file, Bytes.wrap(new byte[] {9, 1, 2, 3}));
    StorageException newer =
        assertThrows(StorageException.class, () -> new ManifestStore(dir).load());
    assertEquals(StorageException.Kind.NEWER_VERSION, newer.kind());
    assertEquals(
        file + ": manifest of format 9, this version reads " + GroupManifest.NEWEST_FORMAT,
        newer.getMessage());
  }

  @Test
  void aDamagedManifestIsNamed() throws IOException {
    NodeHome.open(dir, NODE, "c").close();
    Files.createDirectories(dir.resolve("groups"));
    Path file = dir.resolve("groups").resolve("g.manifest");
    Files.write(file, new byte[] {0x51, 0x47, 0x4d, 0x31, 0, 0, 0, 0, 1});
    StorageException corrupt =
        assertThrows(StorageException.class, () -> new ManifestStore(dir).load());
    assertEquals(StorageException.Kind.CORRUPT, corrupt.kind());
    assertTrue(corrupt.getMessage().startsWith(file.toString()), corrupt.getMessage());
  }
}
