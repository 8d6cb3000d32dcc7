package org.quorate.assembly;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;

/**
 * Jars by the SHA-256 of their content, in a folder. One comes in pieces into a file of its own and is
 * there, durably, once all of it has the hash it was announced with. Blocks; thread-safe.
 */
public final class Artifacts {
  /** The largest jar. */
  public static final long MAX_BYTES = 128L << 20;

  private static final String JAR = ".jar";
  private static final String PART = ".part";

  private final Path folder;

  /** In a folder, which is made. */
  public Artifacts(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new AssemblyException(folder + " cannot be made: " + e.getMessage(), e);
    }
  }

  private Path file(String sha256, String suffix) {
    if (!BundleEntry.isSha256(sha256)) {
      throw new AssemblyException("'" + sha256 + "' is no SHA-256 of 64 lower-case digits");
    }
    return folder.resolve(sha256 + suffix);
  }

  /** A jar's file, or null if it is not there. */
  public Path find(String sha256) {
    Path jar = file(sha256, JAR);
    return Files.isRegularFile(jar) ? jar : null;
  }

  /**
   * Takes the next piece of a jar. The first begins it anew.
   *
   * @param size of the whole jar, in bytes
   * @return whether all of it is there now
   * @throws AssemblyException if the piece is not the next one, or the whole has another hash
   */
  public synchronized boolean append(String sha256, long size, long offset, byte[] piece) {
    if (find(sha256) != null) {
      return true;
    }
    if (size < 1 || size > MAX_BYTES || offset < 0 || offset + piece.length > size) {
      throw new AssemblyException(
          "a jar has 1 to " + MAX_BYTES + " bytes; this is " + offset + " of " + size);
    }
    Path part = file(sha256, PART);
    try {
      long have = Files.exists(part) ? Files.size(part) : 0;
      if (offset != 0 && offset != have) {
        throw new AssemblyException(
            "jar " + sha256 + ": the next piece begins at " + have + ", not at " + offset);
      }
      try (FileChannel out =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        out.truncate(offset);
        ByteBuffer from = ByteBuffer.wrap(piece);
        while (from.hasRemaining()) {
          out.write(from, offset + from.position());
        }
        if (offset + piece.length < size) {
          return false;
        }
        out.force(true);
      }
      finish(sha256, part);
      return true;
    } catch (IOException e) {
      throw new AssemblyException("jar " + sha256 + " cannot be written: " + e.getMessage(), e);
    }
  }

  private void finish(String sha256, Path part) throws IOException {
    String found = sha256(part);
    if (!found.equals(sha256)) {
      Files.delete(part);
      throw new AssemblyException("the jar announced as " + sha256 + " has SHA-256 " + found);
    }
    Files.move(part, file(sha256, JAR), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel dir = FileChannel.open(folder)) {
      dir.force(true);
    }
  }

  /** Takes a file of this machine; its hash. */
  public String add(Path jar) {
    try {
      // What is no file, such as a device or a pipe, may have no end.
      if (!Files.isRegularFile(jar) || Files.size(jar) > MAX_BYTES) {
        throw new AssemblyException(jar + " is no file of at most " + MAX_BYTES + " bytes here");
      }
      String sha256 = sha256(jar);
      try (InputStream in = Files.newInputStream(jar)) {
        append(sha256, Files.size(jar), 0, in.readAllBytes());
      }
      return sha256;
    } catch (IOException e) {
      throw new AssemblyException(jar + " cannot be read: " + e, e);
    }
  }

  /** A piece of a jar, empty at its end. */
  public byte[] read(String sha256, long offset, int max) {
    Path jar = find(sha256);
    if (jar == null) {
      throw new AssemblyException("no jar " + sha256 + " here");
    }
    try (FileChannel in = FileChannel.open(jar)) {
      int length = (int) Math.max(0, Math.min(max, in.size() - offset));
      ByteBuffer piece = ByteBuffer.allocate(length);
      while (piece.hasRemaining() && in.read(piece, offset + piece.position()) >= 0) {
        continue;
      }
      return piece.array();
    } catch (IOException e) {
      throw new AssemblyException("jar " + sha256 + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its length in bytes, -1 if it is not there. */
  public long size(String sha256) {
    Path jar = find(sha256);
    try {
      return jar == null ? -1 : Files.size(jar);
    } catch (IOException e) {
      throw new AssemblyException("jar " + sha256 + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Deletes the jars that nobody needs: what was not named, and what came in pieces and was never
   * finished.
   *
   * @param needed by their hashes
   * @param cameBefore what came later stays: it may have been uploaded for what is to come
   * @return how many
   */
  public synchronized int retain(Set<String> needed, Instant cameBefore) {
    int deleted = 0;
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(folder, "*{" + JAR + "," + PART + "}")) {
      for (Path file : all) {
        String name = file.getFileName().toString();
        boolean wanted = needed.contains(name.substring(0, name.lastIndexOf('.')));
        if (!wanted && Files.getLastModifiedTime(file).toInstant().isBefore(cameBefore)) {
          Files.delete(file);
          deleted++;
        }
      }
      return deleted;
    } catch (IOException e) {
      throw new AssemblyException(folder + " cannot be cleaned up: " + e.getMessage(), e);
    }
  }

  /** The hash of a file. */
  public static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 << 10];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
