package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/**
 * State of one group on disk.
 *
 * <p>One lock keeps readers and the committer apart: a commit changes the tree in slices of {@value
 * #SLICE} keys under the write lock and syncs without it; a read takes the read lock for one key or
 * for one portion of a walk. So MapDB is never read and changed at the same time, and a read waits
 * for one slice at most.
 */
final class MapdbStateStore implements StateStore {
  private static final int SLICE = 64;

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
  private Generation generation;
  private volatile long applied;
  private StorageException failure;
  private boolean closed;

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
      return generation.tree().get(key);
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
    checkWritable();
    Tree tree = generation.tree();
    try {
      Iterator<Map.Entry<Bytes, Bytes>> changes = batch.changes().iterator();
      while (changes.hasNext()) {
        excludingReads(() -> slice(tree, changes));
      }
      excludingReads(() -> tree.complete(batch.applied()));
      tree.volume().persist();
      excludingReads(tree.volume()::persisted);
      applied = batch.applied();
      if (tree.volume().logBytes() > CHECKPOINT_BYTES) {
        checkpoint(tree);
      }
      if (isSparse(tree)) {
        rebuild();
      }
    } catch (RuntimeException e) {
      throw failed(e);
    }
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

  private static void slice(Tree tree, Iterator<Map.Entry<Bytes, Bytes>> changes) {
    for (int i = 0; i < SLICE && changes.hasNext(); i++) {
      Map.Entry<Bytes, Bytes> change = changes.next();
      tree.change(change.getKey(), change.getValue());
    }
    tree.flush();
  }

  private void checkpoint(Tree tree) {
    tree.volume().checkpoint();
    excludingReads(tree.volume()::checkpointed);
  }

  private void excludingReads(Runnable work) {
    lock.writeLock().lock();
    try {
      checkOpen();
      work.run();
    } finally {
      lock.writeLock().unlock();
    }
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
    checkWritable();
    Generation next = build(content, newApplied);
    Generation old = generation;
    excludingReads(() -> generation = next);
    applied = newApplied;
    old.delete();
    old.release();
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
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (failure == null) {
        generation.tree().volume().checkpoint();
        generation.tree().volume().checkpointed();
      }
    } finally {
      generation.shut();
      lock.writeLock().unlock();
      onClose.run();
    }
  }
}
