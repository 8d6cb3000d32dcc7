package org.quorate.spi.storage;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * Snapshots of a group as files of checksummed chunks. Blocks: called on worker threads, one call at
 * a time per snapshot.
 *
 * <p>A snapshot becomes visible in {@link #complete()} only by {@link Writer#finish()}; a partial one
 * survives a crash and is resumed by its id.
 */
@ConsumerType
public interface SnapshotStore extends AutoCloseable {
  /**
   * Identity of a snapshot.
   *
   * @param inner index of the link's log up to which it stands for the log
   * @param id random, so that two snapshots at one index are not mixed
   */
  record SnapshotId(long epoch, long inner, long id) {}

  /** Writes or resumes a snapshot. */
  interface Writer extends AutoCloseable {
    /** Bytes that are there already: where to go on. */
    long offset();

    /**
     * Appends a chunk at {@link #offset()}.
     *
     * @throws IllegalArgumentException if {@code at} is not the offset
     */
    void write(long at, Bytes chunk);

    /**
     * Syncs, verifies and publishes; older complete snapshots may go.
     *
     * @throws IllegalStateException if another snapshot was begun meanwhile
     */
    void finish();

    /** Closes the file and leaves what is there for a later resume. */
    @Override
    void close();
  }

  /** Reads a complete snapshot. */
  interface Reader extends AutoCloseable {
    SnapshotId id();

    long length();

    /**
     * Up to {@code maxBytes} from an offset; empty at the end; verified.
     *
     * @throws StorageException with kind CORRUPT, naming file and offset
     */
    Bytes read(long offset, int maxBytes);

    @Override
    void close();
  }

  /**
   * Begins a snapshot, or goes on with a partial one of the same id; other partial ones go. Of a
   * complete one the writer stands at the end and takes no more.
   */
  Writer write(SnapshotId id);

  /** Complete snapshots, the newest last. */
  List<SnapshotId> complete();

  /**
   * Opens a complete snapshot; the reader goes on when it is deleted meanwhile.
   *
   * @throws StorageException with kind IO if it is not there, CORRUPT if it does not verify
   */
  Reader read(SnapshotId id);

  void delete(SnapshotId id);

  @Override
  void close();
}
