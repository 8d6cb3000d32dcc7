package org.quorate.runtime.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/**
 * A node's data directory: locked against a second process, and with the identity that it was
 * formatted with. Blocks.
 */
public final class NodeHome implements AutoCloseable {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path dir;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final long storeId;
  private final long incarnation;
  private final ObjectNode identity;

  private NodeHome(
      Path dir,
      FileChannel lockFile,
      FileLock lock,
      long storeId,
      long incarnation,
      ObjectNode identity) {
    this.dir = dir;
    this.lockFile = lockFile;
    this.lock = lock;
    this.storeId = storeId;
    this.incarnation = incarnation;
    this.identity = identity;
  }

  /**
   * Locks the directory, formats it if it is new, and counts this start, on disk before it returns.
   *
   * @throws StorageException LOCKED naming the process that holds it; CORRUPT or NEWER_VERSION
   *     naming the file; IO
   */
  public static NodeHome open(Path dir, NodeId node, String cluster) {
    FileChannel lockFile = null;
    try {
      Files.createDirectories(dir);
      Path lockPath = dir.resolve("node.lock");
      lockFile =
          FileChannel.open(
              lockPath,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(lockFile);
      if (lock == null) {
        throw new StorageException(
            Kind.LOCKED, dir + " is in use by process " + pid(lockPath) + ": stop it first");
      }
      lockFile.truncate(0);
      lockFile.write(utf8(Long.toString(ProcessHandle.current().pid())), 0);
      Path file = dir.resolve("node.json");
      ObjectNode identity =
          Files.exists(file) ? load(file, node, cluster) : format(dir, node, cluster);
      long incarnation = identity.get("incarnation").asLong() + 1;
      identity.put("incarnation", incarnation);
      replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(identity));
      long storeId = Long.parseUnsignedLong(identity.get("storeId").asText(), 16);
      return new NodeHome(dir, lockFile, lock, storeId, incarnation, identity);
    } catch (IOException e) {
      close(lockFile);
      throw new StorageException(Kind.IO, dir + ": " + e, e);
    } catch (RuntimeException e) {
      close(lockFile);
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String pid(Path lockPath) throws IOException {
    String pid = Files.readString(lockPath).trim();
    return pid.isEmpty() ? "(unknown)" : pid;
  }

  private static ObjectNode format(Path dir, NodeId node, String cluster) throws IOException {
    if (Files.isDirectory(dir.resolve("groups"))) {
      throw new StorageException(
          Kind.CORRUPT, dir + " has groups but no node.json: restore it or use an empty directory");
    }
    long storeId = 0;
    while (storeId == 0) {
      storeId = new SecureRandom().nextLong();
    }
    return JSON.createObjectNode()
        .put("format", FORMAT)
        .put("node", node.name())
        .put("cluster", cluster)
        .put("storeId", Long.toHexString(storeId))
        .put("incarnation", 0);
  }

  private static ObjectNode load(Path file, NodeId node, String cluster) throws IOException {
    JsonNode read;
    try {
      read = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new StorageException(
          Kind.CORRUPT, file + " does not parse at " + e.getLocation().offsetDescription());
    }
    if (read.path("format").asInt(0) > FORMAT) {
      throw new StorageException(
          Kind.NEWER_VERSION,
          file + " has format " + read.path("format").asInt() + ", this version reads " + FORMAT);
    }
    if (!(read instanceof ObjectNode identity)
        || !identity.path("storeId").asText().matches("[0-9a-f]{1,16}")
        || !identity.path("incarnation").isIntegralNumber()) {
      throw new StorageException(Kind.CORRUPT, file + " lacks storeId or incarnation");
    }
    same(file, "node", identity, node.name());
    same(file, "cluster", identity, cluster);
    return identity;
  }

  private static void same(Path file, String field, ObjectNode identity, String expected) {
    String found = identity.path(field).asText();
    if (!found.equals(expected)) {
      throw new StorageException(
          Kind.LOCKED,
          file + " belongs to " + field + " '" + found + "', not to '" + expected + "'");
    }
  }

  /** Replaces a file as a whole: after a crash the old or the new content is there. */
  static void replace(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("the file system of " + file + " cannot rename atomically", e);
    }
    sync(file.getParent());
  }

  private static void sync(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The directory. */
  public Path dir() {
    return dir;
  }

  /** Random identity of this directory; not 0. */
  public long storeId() {
    return storeId;
  }

  /**
   * Identity of what this process keeps in memory only: another one after each start, and after each
   * loss.
   *
   * @param losses how often a storage went with what it held
   */
  public long volatileStoreId(long losses) {
    long life = incarnation * 0x9e3779b97f4a7c15L ^ losses * 0xd6e8feb86659fd93L;
    long mixed = (storeId ^ life) * 0xbf58476d1ce4e5b9L;
    return mixed == 0 ? 1 : mixed ^ mixed >>> 32;
  }

  /** Of this start: greater than any before, from 1. */
  public long incarnation() {
    return incarnation;
  }

  /**
   * For a replica that is opened anew in this process: greater than any before, on disk when it
   * returns. What it sends and proposes must not be taken for what it did before it was closed.
   */
  synchronized long rise() {
    long next = identity.get("incarnation").asLong() + 1;
    identity.put("incarnation", next);
    try {
      replace(
          dir.resolve("node.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(identity));
    } catch (IOException e) {
      throw new StorageException(Kind.IO, dir + ": " + e, e);
    }
    return next;
  }

  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      throw new StorageException(Kind.IO, dir + ": cannot be unlocked", e);
    } finally {
      close(lockFile);
    }
  }

  private static void close(FileChannel file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new StorageException(Kind.IO, "cannot close the lock file", e);
      }
    }
  }
}
