package org.quorate.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;
import org.quorate.spi.storage.files.DiskFullException;
import org.quorate.spi.storage.files.StorageFile;
import org.quorate.spi.storage.files.StorageFiles;

/** A directory of the file system. */
final class NioFiles implements StorageFiles {
  private static final String LOCK = "journal.lock";
  private final Path directory;

  NioFiles(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public Closeable lock() throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(channel, null);
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      return channel; // closing it releases the lock; the file stays
    } catch (OverlappingFileLockException e) {
      throw locked(channel, e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private StorageException locked(FileChannel channel, Throwable cause) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    try (channel) {
      channel.read(pid, 0);
    }
    String holder = new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8).trim();
    return new StorageException(
        Kind.LOCKED, directory + " is in use by the process with pid " + holder, cause);
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  @Override
  public StorageFile create(String name) throws IOException {
    return open(name, StandardOpenOption.CREATE_NEW);
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return open(name, StandardOpenOption.READ);
  }

  private StorageFile open(String name, StandardOpenOption how) throws IOException {
    Path path = directory.resolve(name);
    return new NioSegment(path, FileChannel.open(path, how, StandardOpenOption.WRITE));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String path(String name) {
    return directory.resolve(name).toString();
  }

  /** Java has no error number for it, only the text of the operating system. */
  private static IOException translated(IOException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("No space left") || text.contains("quota exceeded")
        ? new DiskFullException(text, e)
        : e;
  }

  /**
   * A file with a channel to write and one to read: an interrupt closes the channel that the
   * interrupted thread uses, and a reader must not take the writer's away.
   */
  private static final class NioSegment implements StorageFile {
    private final Path path;
    private final FileChannel writer;
    private FileChannel reader;

    NioSegment(Path path, FileChannel writer) throws IOException {
      this.path = path;
      this.writer = writer;
      this.reader = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public void write(ByteBuffer source, long at) throws IOException {
      try {
        long to = at;
        while (source.hasRemaining()) {
          to += writer.write(source, to);
        }
      } catch (IOException e) {
        throw translated(e);
      }
    }

    @Override
    public synchronized void read(ByteBuffer target, long at) throws IOException {
      boolean interrupted = false;
      try {
        long from = at;
        int n = 0;
        while (target.hasRemaining() && n >= 0) {
          try {
            n = reader.read(target, from);
            from += Math.max(0, n);
          } catch (ClosedByInterruptException e) {
            interrupted |= Thread.interrupted();
            reader = FileChannel.open(path, StandardOpenOption.READ);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void force() throws IOException {
      try {
        writer.force(false);
      } catch (IOException e) {
        throw translated(e);
      }
    }

    @Override
    public long size() throws IOException {
      return writer.size();
    }

    @Override
    public synchronized void close() throws IOException {
      try {
        reader.close();
      } finally {
        writer.close();
      }
    }
  }
}
