package org.quorate.core.storage;

import java.util.List;
import org.quorate.spi.storage.SnapshotStore;

/** Snapshots of a replica whose store can be exchanged: what is sent from the old one goes on. */
final class MovableSnapshots implements SnapshotStore {
  private SnapshotStore live;
  private SnapshotStore old;

  MovableSnapshots(SnapshotStore live) {
    this.live = live;
  }

  /** Gives back the store that is read from only. */
  synchronized SnapshotStore exchange(SnapshotStore next) {
    old = live;
    live = next;
    return old;
  }

  /** Nobody reads from the old store any more. */
  synchronized void forget(SnapshotStore which) {
    if (old == which) {
      old = null;
    }
  }

  private synchronized SnapshotStore live() {
    return live;
  }

  private synchronized SnapshotStore holding(SnapshotId id) {
    return old != null && !live.complete().contains(id) ? old : live;
  }

  @Override
  public Writer write(SnapshotId id) {
    return live().write(id);
  }

  @Override
  public List<SnapshotId> complete() {
    return live().complete();
  }

  @Override
  public Reader read(SnapshotId id) {
    return holding(id).read(id);
  }

  @Override
  public void delete(SnapshotId id) {
    live().delete(id);
  }

  @Override
  public void close() {
    live().close();
  }
}
