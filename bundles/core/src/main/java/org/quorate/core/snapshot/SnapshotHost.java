package org.quorate.core.snapshot;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStore;

/** What the transfer of snapshots needs of the replica; on the group's loop. */
public interface SnapshotHost {
  /** Random, for a new snapshot's id. */
  long nextId();

  long epoch();

  long nowMs();

  int chunkBytes();

  /** Last index of the link that this replica has applied. */
  long applied();

  void send(NodeId to, Bytes message);

  /** Runs blocking work on a worker and goes on with its result on the loop. */
  <T> void offload(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed);

  /** Calls back, on the loop, with a store that stands still at least at {@code inner}. */
  void withImage(long inner, ImageUser user);

  /** Replaces the state by a complete snapshot; tells whether it did. */
  void install(SnapshotStore.SnapshotId id, Consumer<Boolean> done);

  /** The transfer to a peer has ended. */
  void sent(NodeId to, long inner, boolean ok);

  /** The storage broke. */
  void failed(String what, RuntimeException why);

  /** Reads the store while it stands still. */
  interface ImageUser {
    /** Must call release once, on the loop, when it has read what it wants. */
    void use(StateStore image, Runnable release);
  }
}
