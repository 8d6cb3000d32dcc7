package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/**
 * State of one group on disk.
 *
 * <p>Readers see what was committed last, whatever a commit is doing: they never wait for its changes
 * or its writes. They take a read lock for one key or one portion of a walk, only so that pages are
 * moved, and files closed, when nobody reads the older place any more.
 */
final class MapdbStateStore implements StateStore {
  /** How much of a batch is taken at a time. */
  private static final int PACED_BYTES = 64 << 10;

  /** The log is moved to the data file when it is longer than this. */
  private static final long CHECKPOINT_BYTES = 32L << 20;

  /**
   * MapDB keeps nodes that have become empty: a queue of keys makes the file grow for ever and walks
   * slow. A file of this size and this many times its live content is built anew.
   */
  private static final long SPARSE_BYTES = 32L << 20;

  private static final int SPARSE_FACTOR = 6;

  private final Path folder;
  private final Generation.Host host;
  private final Runnable onClose;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Held by a commit; closing waits for it. */
  private final ReentrantLock writing = new ReentrantLock();

  private volatile Generation generation;
  private volatile long applied;
  private StorageException failure;
  private volatile boolean closed;

  /** Size after the last attempt to build anew; another waits until it has doubled. */
  private long rebuiltBytes;

  MapdbStateStore(Path folder, Generation.Host host, Runnable onClose) {
    this.folder = folder;
    this.host = host;
    this.onClose = onClose;
    this.generation = Generation.openNewest(folder, host);
    this.applied = generation.tree().applied();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  @Override
  public Bytes get(Bytes key) {
    lock.readLock().lock();
    try {
      checkOpen();
      return generation.reader().get(key);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return cursor(from, to, false);
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return cursor(from, to, true);
  }

  private StateCursor cursor(Bytes from, Bytes to, boolean reverse) {
    lock.readLock().lock();
    try {
      checkOpen();
      return to != null && to.compareTo(from) <= 0
          ? Cursors.EMPTY
          : new TreeCursor(generation, lock.readLock(), from, to, reverse);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void commit(StateBatch batch) {
    writing.lock();
    try {
      checkWritable();
      commit(batch, generation);
    } finally {
      writing.unlock();
    }
  }

  private void commit(StateBatch batch, Generation target) {
    try {
      target.tree().volume().pace(batch.pace());
      change(target.tree(), batch);
      target.publish(target.tree().volume().committed());
      applied = batch.applied();
      if (target.tree().volume().logBytes() > CHECKPOINT_BYTES) {
        checkpoint(target);
      }
      if (isSparse(target.tree())) {
        rebuild();
      }
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private void change(Tree tree, StateBatch batch) {
    long bytes = 0;
    for (Map.Entry<Bytes, Bytes> change : batch.changes()) {
      tree.change(change.getKey(), change.getValue());
      bytes += change.getKey().length() + change.getValue().length();
      if (bytes > PACED_BYTES) {
        batch.pace().wrote(bytes);
        bytes = 0;
        checkOpen();
      }
    }
    tree.flush();
    tree.complete(batch.applied());
    tree.volume().persist();
  }

  private boolean isSparse(Tree tree) {
    long bytes = tree.volume().bytes();
    return bytes > SPARSE_BYTES
        && bytes / SPARSE_FACTOR > tree.liveBytes()
        && bytes / 2 > rebuiltBytes;
  }

  private void rebuild() {
    try (StateCursor content = scan(Bytes.EMPTY, null)) {
      replace(content, applied);
    } catch (StorageException e) {
      // What is there is whole: no room for a second copy is no reason to stop.
      if (e.kind() != StorageException.Kind.FULL || failure != null) {
        throw e;
      }
    }
    rebuiltBytes = sizeBytes();
  }

  /** Moves the log to the data file. */
  private void checkpoint(Generation target) {
    awaitReads();
    target.publish(target.tree().volume().checkpoint());
    awaitReads();
    target.tree().volume().checkpointed();
  }

  /** Whoever reads an older commit than the last has read. */
  private void awaitReads() {
    lock.writeLock().lock();
    lock.writeLock().unlock();
  }

  /** What is in memory is not what is on disk: no commit may follow before a reopening. */
  private StorageException failed(RuntimeException e) {
    failure =
        e instanceof StorageException named
            ? named
            : new StorageException(
                StorageException.Kind.IO, generation.data() + ": commit failed: " + e, e);
    return failure;
  }

  private void checkWritable() {
    checkOpen();
    if (failure != null) {
      throw new StorageException(
          failure.kind(), "no commit after a failed one: " + failure.getMessage(), failure);
    }
  }

  @Override
  public long applied() {
    return applied;
  }

  @Override
  public void replace(StateCursor content, long newApplied) {
    writing.lock();
    try {
      checkWritable();
      Generation next = build(content, newApplied);
      Generation old = generation;
      generation = next;
      applied = newApplied;
      awaitReads();
      old.delete();
      old.release();
    } finally {
      writing.unlock();
    }
  }

  private Generation build(StateCursor content, long newApplied) {
    long number = generation.number() + 1;
    try {
      return Generation.build(folder, number, content, newApplied, host);
    } catch (RuntimeException e) {
      if (Generation.exists(folder, number)) {
        // The switch has happened on disk: a commit to the old generation would be lost.
        throw failed(e);
      }
      throw e;
    }
  }

  @Override
  public long sizeBytes() {
    lock.readLock().lock();
    try {
      checkOpen();
      return generation.tree().volume().bytes();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    writing.lock();
    lock.writeLock().lock();
    try {
      if (failure == null) {
        generation.tree().volume().pace(StateBatch.Pace.NONE);
        generation.tree().volume().checkpoint();
        generation.tree().volume().checkpointed();
      }
    } finally {
      generation.shut();
      lock.writeLock().unlock();
      writing.unlock();
      onClose.run();
    }
  }
}
