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
  private final Path path;
  private final FileChannel channel;

  private Disk(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Opens for reading and writing, creates if wanted. */
  static Disk open(Path path, boolean create) {
    try {
      return new Disk(
          path,
          create
              ? FileChannel.open(
                  path,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE)
              : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  /** Opens for reading only. */
  static Disk openToRead(Path path) {
    try {
      return new Disk(path, FileChannel.open(path, StandardOpenOption.READ));
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
    ByteBuffer buffer = ByteBuffer.wrap(source, from, length);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer, at + buffer.position() - from);
      }
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  void truncate(long size) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      throw Failures.io(path, e);
    }
  }

  /** Everything written is on disk when it returns. */
  void sync() {
    try {
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
  static void syncFolder(Path folder) {
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    } catch (IOException e) {
      throw Failures.io(folder, e);
    }
  }

  /** Renames durably; the target, if there is one, is replaced. */
  static void rename(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Failures.io(from, e);
    }
    syncFolder(to.getParent());
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw Failures.io(file, e);
    }
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
