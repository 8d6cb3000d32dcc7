package org.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StorageException;

/** Snapshots of a group: a partial one keeps some prefix over a crash. */
final class SimSnapshots implements SnapshotStore {
  private static final class File {
    private Bytes content = Bytes.EMPTY;
    private boolean complete;
  }

  private final SimDisk disk;
  private final String name;
  private final Map<SnapshotId, File> files =
      new TreeMap<>(
          Comparator.comparingLong(SnapshotId::epoch)
              .thenComparingLong(SnapshotId::inner)
              .thenComparingLong(SnapshotId::id));

  SimSnapshots(SimDisk disk, String name) {
    this.disk = disk;
    this.name = name;
  }

  void crash() {
    for (File file : files.values()) {
      if (!file.complete && !file.content.isEmpty()) {
        file.content = file.content.slice(0, disk.rng.between(0, file.content.length()));
      }
    }
  }

  @Override
  public Writer write(SnapshotId id) {
    files.entrySet().removeIf(e -> !e.getValue().complete && !e.getKey().equals(id));
    File file = files.computeIfAbsent(id, i -> new File());
    return new Writer() {
      @Override
      public long offset() {
        return file.content.length();
      }

      @Override
      public void write(long at, Bytes chunk) {
        if (at != file.content.length()) {
          throw new IllegalArgumentException("chunk at " + at + ", not " + file.content.length());
        }
        disk.beforeBlockingWrite(name);
        file.content = new Encoder().raw(file.content).raw(chunk).take();
        disk.afterBlockingWrite(name);
      }

      @Override
      public void finish() {
        disk.beforeBlockingWrite(name);
        file.complete = true;
        disk.snapshotComplete(id, file.content);
        disk.afterBlockingWrite(name);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<SnapshotId> complete() {
    List<SnapshotId> found = new ArrayList<>();
    files.forEach(
        (id, file) -> {
          if (file.complete) {
            found.add(id);
          }
        });
    return found;
  }

  @Override
  public Reader read(SnapshotId id) {
    File file = files.get(id);
    if (file == null || !file.complete) {
      throw new StorageException(StorageException.Kind.IO, name + ": no snapshot " + id);
    }
    Bytes content = file.content;
    return new Reader() {
      @Override
      public SnapshotId id() {
        return id;
      }

      @Override
      public long length() {
        return content.length();
      }

      @Override
      public Bytes read(long offset, int maxBytes) {
        int from = (int) Math.min(offset, content.length());
        return content.slice(from, Math.min(maxBytes, content.length() - from));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void delete(SnapshotId id) {
    files.remove(id);
  }

  @Override
  public void close() {}
}
