package org.quorate.core.snapshot;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord.SnapshotMark;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStore;

/** What the transfer of snapshots needs of the replica; on the group's loop. */
public interface SnapshotHost {
  /** Random, for a new snapshot's id. */
  long nextId();

  long nowMs();

  /** This replica's node. */
  NodeId self();

  /** Most replicas that give one snapshot together, 1 or more. */
  int donors();

  int chunkBytes();

  /** Bytes a second that snapshots may be sent with now. */
  long rate();

  /** Blocks the worker that has written so many bytes of a new snapshot for as long as it should wait. */
  void wrote(long bytes);

  /** How far this replica has applied. */
  LogPoint applied();

  /** Whether the state may be given to others: it was not found to be wrong. */
  boolean sound();

  void send(NodeId to, Bytes message);

  /** Runs blocking work on a worker and goes on with its result on the loop. */
  <T> void offload(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed);

  /** Calls back, on the loop, with a store that stands still at the point or beyond. */
  void withImage(LogPoint point, ImageUser user);

  /**
   * Calls back, on the loop, with a store that stands still at exactly the point that is applied now.
   *
   * @return false, and nothing is called, if that cannot be
   */
  boolean imageNow(ImageUser user);

  /** Has a mark ordered. {@code ended} follows once, after the mark or without it. */
  void order(SnapshotMark mark, Runnable ended);

  /** This replica gives a peer a snapshot beside another one; {@link #sent} follows. */
  void gives(NodeId to);

  /** Replaces the state by a complete snapshot; tells whether it did. */
  void install(SnapshotStore.SnapshotId id, Consumer<Boolean> done);

  /** The transfer to a peer, which asked for the point, has ended; it stands at least there. */
  void sent(NodeId to, LogPoint point, boolean ok);

  /** A peer that stands at the point asks to be brought on; it may be too early for that. */
  void asked(NodeId peer, LogPoint point);

  /** The storage broke. */
  void failed(String what, RuntimeException why);

  /** Reads the store while it stands still. */
  interface ImageUser {
    /** Must call release once, on the loop, when it has read what it wants. */
    void use(StateStore image, LogPoint point, Runnable release);
  }
}
