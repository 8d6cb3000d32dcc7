package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;

/**
 * A link as keys of a {@link MapdbStateStore}: its first index, its stable record, its records. The
 * loop's calls change what it knows at once; the worker commits what is waiting as one batch.
 */
final class MapdbLink implements LinkStore, LogStore, StableStore {
  private static final int MAX_STABLE_BYTES = 64 << 10;
  private static final Bytes FIRST = Bytes.wrap(new byte[] {0});
  private static final Bytes STABLE = Bytes.wrap(new byte[] {1});
  private static final Bytes RECORDS = Bytes.wrap(new byte[] {2});

  /** Changes that are committed together. */
  private record Batch(NavigableMap<Bytes, Bytes> changes, List<Pending> pending) {
    Batch() {
      this(new TreeMap<>(), new ArrayList<>());
    }
  }

  private final MapdbStateStore store;
  private final Executor loop;
  private final Executor worker;

  /** What the loop has asked for. */
  private long first = 1;

  private long last;
  private Bytes stable;

  /** Under this object's monitor: loop and worker share it. */
  private Batch waiting = new Batch();

  private Batch writing = new Batch();
  private boolean scheduled;
  private boolean committing;
  private StorageException failure;
  private volatile boolean closed;

  MapdbLink(MapdbStateStore store, Path folder, Executor loop, Executor worker) {
    this.store = store;
    this.loop = loop;
    this.worker = worker;
    Bytes found = store.get(FIRST);
    if (found != null) {
      first = found.longAt(0);
    }
    last = first - 1;
    stable = store.get(STABLE);
    try (StateCursor records = store.scanReverse(RECORDS, null)) {
      if (records.next()) {
        last = records.key().longAt(1);
      }
    }
    if (last >= first && store.get(key(first)) == null || last < first - 1) {
      store.close();
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          folder + ": records " + first + " to " + last + " are not all there");
    }
  }

  private static Bytes key(long index) {
    return RECORDS.concat(Bytes.ofLong(index));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the log is closed");
    }
  }

  @Override
  public LogStore log() {
    return this;
  }

  @Override
  public StableStore stable() {
    return this;
  }

  @Override
  public long firstIndex() {
    checkOpen();
    return first;
  }

  @Override
  public long lastIndex() {
    checkOpen();
    return last;
  }

  private void checkIndex(long index) {
    checkOpen();
    if (index < first || index > last + 1) {
      throw new IllegalArgumentException(
          "index " + index + " is not in " + first + " to " + (last + 1));
    }
  }

  @Override
  public synchronized void append(long from, List<Bytes> records, Pending pending) {
    checkIndex(from);
    drop(from, last);
    for (int i = 0; i < records.size(); i++) {
      waiting.changes().put(key(from + i), records.get(i));
    }
    last = from + records.size() - 1;
    schedule(pending);
  }

  @Override
  public synchronized void reset(long next, Pending pending) {
    checkOpen();
    if (next < 1) {
      throw new IllegalArgumentException("index " + next);
    }
    drop(first, last);
    begin(next);
    last = next - 1;
    schedule(pending);
  }

  @Override
  public synchronized void trimPrefix(long from) {
    checkOpen();
    if (from <= first) {
      return;
    }
    checkIndex(from);
    drop(first, from - 1);
    begin(from);
  }

  private void drop(long from, long to) {
    for (long index = from; index <= to; index++) {
      waiting.changes().put(key(index), StateBatch.DELETED);
    }
  }

  private void begin(long index) {
    first = index;
    waiting.changes().put(FIRST, Bytes.ofLong(index));
  }

  @Override
  public Bytes load() {
    checkOpen();
    return stable;
  }

  @Override
  public synchronized void save(Bytes record, Pending pending) {
    checkOpen();
    if (record.length() > MAX_STABLE_BYTES) {
      throw new IllegalArgumentException(
          "stable record of " + record.length() + " bytes, at most " + MAX_STABLE_BYTES);
    }
    stable = record.copy();
    waiting.changes().put(STABLE, stable);
    schedule(pending);
  }

  @Override
  public List<Bytes> read(long from, int maxBytes) {
    checkIndex(from);
    List<Bytes> found = new ArrayList<>();
    long bytes = 0;
    for (long index = from; index <= last; index++) {
      Bytes record = record(key(index));
      bytes += record.length();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(record);
    }
    return found;
  }

  private Bytes record(Bytes key) {
    synchronized (this) {
      Bytes record = waiting.changes().get(key);
      if (record == null) {
        record = writing.changes().get(key);
      }
      if (record != null) {
        return record;
      }
    }
    return store.get(key);
  }

  private void schedule(Pending pending) {
    waiting.pending().add(pending);
    if (!scheduled) {
      scheduled = true;
      worker.execute(this::write);
    }
  }

  /** On the worker: commits what is waiting and settles it on the loop. */
  private void write() {
    Batch batch;
    synchronized (this) {
      scheduled = false;
      if (closed) {
        return;
      }
      batch = waiting;
      waiting = new Batch();
      // What a failed commit has left stays readable until the link is closed.
      writing.changes().putAll(batch.changes());
      committing = true;
    }
    if (failure == null) {
      try {
        store.commit(new StateBatch(batch.changes(), store.applied() + 1));
      } catch (StorageException e) {
        failure = e;
      }
    }
    synchronized (this) {
      committing = false;
      if (failure == null) {
        writing = new Batch();
      }
      notifyAll();
    }
    StorageException why = failure;
    loop.execute(() -> settle(batch.pending(), why));
  }

  private void settle(List<Pending> pending, StorageException why) {
    for (Pending write : pending) {
      if (closed) {
        return;
      }
      if (why == null) {
        write.complete();
      } else {
        write.fail(why);
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      boolean interrupted = false;
      while (committing) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    store.close();
  }
}
