package org.quorate.core.storage;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * The state storage of one replica, which can be exchanged while the state is open: what reads the
 * old store goes on in it. Thread-safe.
 */
final class MovableStates implements StateStorage, StateStore {
  /** A store, and how many walks and reads are under way in it. */
  private static final class Used {
    private final StateStore store;
    private int users;

    Used(StateStore store) {
      this.store = store;
    }
  }

  private StateStorage live;
  private Used used;
  private MovableSnapshots snapshots;

  MovableStates(StateStorage live) {
    this.live = live;
  }

  @Override
  public synchronized String name() {
    return live.name();
  }

  @Override
  public synchronized boolean durable() {
    return live.durable();
  }

  synchronized StateStorage live() {
    return live;
  }

  @Override
  public StateStore open(GroupId group) {
    StateStore opened = live().open(group);
    synchronized (this) {
      used = new Used(opened);
    }
    return this;
  }

  @Override
  public synchronized SnapshotStore snapshots(GroupId group) {
    snapshots = new MovableSnapshots(live.snapshots(group));
    return snapshots;
  }

  @Override
  public void delete(GroupId group) {
    live().delete(group);
  }

  // ---- the store -----------------------------------------------------------------------------

  private synchronized Used take() {
    used.users++;
    return used;
  }

  private synchronized void give(Used back) {
    back.users--;
  }

  @Override
  public Bytes get(Bytes key) {
    Used now = take();
    try {
      return now.store.get(key);
    } finally {
      give(now);
    }
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    Used now = take();
    return walk(now, () -> now.store.scan(from, to));
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    Used now = take();
    return walk(now, () -> now.store.scanReverse(from, to));
  }

  private StateCursor walk(Used now, java.util.function.Supplier<StateCursor> opened) {
    try {
      return new Walk(opened.get(), now);
    } catch (RuntimeException e) {
      give(now);
      throw e;
    }
  }

  private final class Walk implements StateCursor {
    private final StateCursor cursor;
    private final Used in;
    private boolean closed;

    Walk(StateCursor cursor, Used in) {
      this.cursor = cursor;
      this.in = in;
    }

    @Override
    public boolean next() {
      return cursor.next();
    }

    @Override
    public Bytes key() {
      return cursor.key();
    }

    @Override
    public Bytes value() {
      return cursor.value();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        cursor.close();
        give(in);
      }
    }
  }

  private synchronized StateStore now() {
    return used.store;
  }

  @Override
  public void commit(StateBatch batch) {
    now().commit(batch);
  }

  @Override
  public long applied() {
    return now().applied();
  }

  @Override
  public void replace(StateCursor content, long applied) {
    now().replace(content, applied);
  }

  @Override
  public long sizeBytes() {
    return now().sizeBytes();
  }

  /** Closes the state; the storage is the node's. */
  @Override
  public void close() {
    StateStore store;
    synchronized (this) {
      store = used == null ? null : used.store;
    }
    if (store != null) {
      store.close();
    }
  }

  // ---- the exchange --------------------------------------------------------------------------

  /** What was exchanged for other stores: to be closed when nobody reads it any more. */
  final class Old {
    private final Used state;
    private final SnapshotStore files;

    private Old(Used state, SnapshotStore files) {
      this.state = state;
      this.files = files;
    }

    /** Whether a walk that began before the exchange is still under way. */
    boolean read() {
      synchronized (MovableStates.this) {
        return state.users > 0;
      }
    }

    /** Blocks. */
    void close() {
      snapshots.forget(files);
      files.close();
      state.store.close();
    }
  }

  /** Goes on with other stores, which hold the same; nothing is written meanwhile. */
  synchronized Old promote(StateStorage to, StateStore state, SnapshotStore files) {
    Old old = new Old(used, snapshots.exchange(files));
    live = to;
    used = new Used(state);
    return old;
  }
}
