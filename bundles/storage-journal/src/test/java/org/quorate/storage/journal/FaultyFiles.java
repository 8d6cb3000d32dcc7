package org.quorate.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.quorate.spi.storage.StorageException;
import org.quorate.tck.storage.FaultyDisk;

/** The journal's files on the disk of the contract. */
final class FaultyFiles implements JournalFiles {
  private final FaultyDisk disk;

  FaultyFiles(FaultyDisk disk) {
    this.disk = disk;
  }

  @Override
  public Closeable lock() throws IOException {
    try {
      disk.lock();
    } catch (IOException e) {
      throw new StorageException(StorageException.Kind.LOCKED, "disk is in use", e);
    }
    return disk::unlock;
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public SegmentFile create(String name) throws IOException {
    try {
      return new FaultyFile(disk.create(name));
    } catch (FaultyDisk.NoSpace e) {
      throw new DiskFullException(e.getMessage(), e);
    }
  }

  @Override
  public SegmentFile open(String name) throws IOException {
    return new FaultyFile(disk.open(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public void syncDirectory() throws IOException {
    disk.syncDirectory();
  }

  @Override
  public String path(String name) {
    return "disk/" + name;
  }

  private final class FaultyFile implements SegmentFile {
    private final FaultyDisk.File file;

    FaultyFile(FaultyDisk.File file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source, long at) throws IOException {
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      try {
        disk.write(file, at, bytes);
      } catch (FaultyDisk.NoSpace e) {
        throw new DiskFullException(e.getMessage(), e);
      }
    }

    @Override
    public void read(ByteBuffer target, long at) throws IOException {
      target.put(disk.read(file, at, target.remaining()));
    }

    @Override
    public void force() throws IOException {
      disk.force(file);
    }

    @Override
    public long size() throws IOException {
      return disk.size(file);
    }

    @Override
    public void close() {}
  }
}
