package org.quorate.storage.mapdb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StorageException;

/**
 * Snapshots of one group as files: {@code snap-<epoch>-<inner>-<id>.part} while it is written, {@code
 * .snap} once it is complete and synced. Only the newest complete one is kept.
 */
final class FileSnapshotStore implements SnapshotStore {
  static final String PART = ".part";
  static final String COMPLETE = ".snap";
  private static final Comparator<SnapshotId> AGE =
      Comparator.comparingLong(SnapshotId::epoch)
          .thenComparingLong(SnapshotId::inner)
          .thenComparingLong(SnapshotId::id);

  private final Path folder;

  FileSnapshotStore(Path folder) {
    this.folder = folder;
  }

  private Path file(SnapshotId id, String suffix) {
    return folder.resolve(SnapshotFormat.name(id) + suffix);
  }

  private List<SnapshotId> ids(String suffix) {
    return Disk.names(folder).stream()
        .map(name -> SnapshotFormat.parse(Path.of(name), suffix))
        .filter(Objects::nonNull)
        .sorted(AGE)
        .toList();
  }

  @Override
  public Writer write(SnapshotId id) {
    Disk.createFolders(folder);
    for (SnapshotId other : ids(PART)) {
      if (!other.equals(id)) {
        Disk.delete(file(other, PART));
      }
    }
    if (Files.exists(file(id, COMPLETE))) {
      try (Reader reader = read(id)) {
        return new FinishedWriter(id, reader.length());
      }
    }
    return new SnapshotWriter(file(id, PART), id, () -> publish(id));
  }

  private void publish(SnapshotId id) {
    if (!Files.exists(file(id, PART))) {
      throw new IllegalStateException(id + " was given up for another");
    }
    Disk.rename(file(id, PART), file(id, COMPLETE), Disk.Guard.NONE);
    for (SnapshotId other : ids(COMPLETE)) {
      if (AGE.compare(other, id) < 0) {
        Disk.delete(file(other, COMPLETE));
      }
    }
  }

  @Override
  public List<SnapshotId> complete() {
    return ids(COMPLETE);
  }

  @Override
  public Reader read(SnapshotId id) {
    Path file = file(id, COMPLETE);
    if (!Files.exists(file)) {
      throw new StorageException(StorageException.Kind.IO, file + ": there is no such snapshot");
    }
    return new SnapshotReader(file, id);
  }

  @Override
  public void delete(SnapshotId id) {
    Disk.delete(file(id, PART));
    Disk.delete(file(id, COMPLETE));
  }

  @Override
  public void close() {
    // Readers and writers hold their own files.
  }

  /** Stands at the end of a snapshot that is complete. */
  private record FinishedWriter(SnapshotId id, long offset) implements Writer {
    @Override
    public void write(long at, org.quorate.api.Bytes chunk) {
      throw new IllegalStateException(id + " is complete");
    }

    @Override
    public void finish() {
      // It was finished before.
    }

    @Override
    public void close() {
      // No file is held.
    }
  }
}
