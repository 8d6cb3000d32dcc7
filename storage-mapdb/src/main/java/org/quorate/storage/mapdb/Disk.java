package org.quorate.storage.mapdb;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** One open file; every failure becomes a {@code StorageException} that names it. Thread-safe. */
final class Disk implements Closeable {
  /** Stands before everything that changes a file; lets tests fail it. */
  interface Guard {
    Guard NONE = (operation, file, bytes) -> bytes;

    /**
     * Called before a change.
     *
     * @param bytes to be written, 0 for other changes
     * @return how many of them to write; if less, the write fails after that
     */
    int before(String operation, Path file, int bytes) throws IOException;
  }

  private final Path path;
  private final Guard guard;
  private final FileChannel channel;

  private Disk(Path path, FileChannel channel, Guard guard) {
    this.path = path;
    this.guard = guard;
    this.channel = channel;
  }

  /** Opens for reading and writing, creates if wanted. */
  static Disk open(Path path, boolean create, Guard guard) {
    try {
      FileChannel channel =
          create
              ? FileChannel.open(
                  path,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE)
              : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new Disk(path, channel, guard);
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  /** Opens for reading only. */
  static Disk openToRead(Path path) {
    try {
      return new Disk(path, FileChannel.open(path, StandardOpenOption.READ), Guard.NONE);
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  /** Reads until the buffer is full or the file ends; returns what was read. */
  int read(byte[] target, int from, int length, long at) {
    ByteBuffer buffer = ByteBuffer.wrap(target, from, length);
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position() - from) < 0) {
          break;
        }
      }
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
    return buffer.position() - from;
  }

  void write(byte[] source, int from, int length, long at) {
    try {
      int allowed = guard.before("write", path, length);
      ByteBuffer buffer = ByteBuffer.wrap(source, from, allowed);
      while (buffer.hasRemaining()) {
        channel.write(buffer, at + buffer.position() - from);
      }
      if (allowed < length) {
        throw new IOException("only " + allowed + " of " + length + " bytes were written");
      }
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  void truncate(long size) {
    try {
      guard.before("truncate", path, 0);
      channel.truncate(size);
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  /** Everything written is on disk when it returns. */
  void sync() {
    try {
      guard.before("sync", path, 0);
      channel.force(false);
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  static void createFolders(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw Failures.io(folder, e);
    }
  }

  /** Makes creations, renames and deletions in a folder durable. */
  static void syncFolder(Path folder, Guard guard) {
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      guard.before("sync", folder, 0);
      opened.force(true);
    } catch (IOException e) {
      throw Failures.io(folder, e);
    }
  }

  /** Renames durably; the target, if there is one, is replaced. */
  static void rename(Path from, Path to, Guard guard) {
    try {
      guard.before("rename", from, 0);
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Failures.io(from, e);
    }
    syncFolder(to.getParent(), guard);
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw Failures.io(file, e);
    }
  }

  /** Deletes a folder of files, durably; there may be none. */
  static void deleteFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    for (String file : names(folder)) {
      delete(folder.resolve(file));
    }
    delete(folder);
    syncFolder(folder.getParent(), Guard.NONE);
  }

  /** Names of the files in a folder, sorted; none when there is no such folder. */
  static java.util.List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return java.util.List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw Failures.io(folder, e);
    }
  }
}
