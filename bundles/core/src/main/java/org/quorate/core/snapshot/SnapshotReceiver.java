package org.quorate.core.snapshot;

import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.snapshot.SnapshotMessage.Chunk;
import org.quorate.core.snapshot.SnapshotMessage.Done;
import org.quorate.core.snapshot.SnapshotMessage.Offer;
import org.quorate.core.snapshot.SnapshotMessage.Want;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/**
 * Receives a snapshot: one at a time, from where a partial file of the same id ends. On the group's
 * loop; files are written on workers, one piece at a time.
 */
public final class SnapshotReceiver {
  /** So long what another one offers is passed over while nothing comes from who was first. */
  private static final long FAITHFUL_MS = 5_000;

  private final SnapshotHost host;
  private final SnapshotStore store;
  private SnapshotId id;
  private NodeId from;
  private SnapshotStore.Writer writer;
  private long length;
  private long heardMs;
  private boolean busy;
  private boolean finished;

  public SnapshotReceiver(SnapshotHost host, SnapshotStore store) {
    this.host = host;
    this.store = store;
  }

  /** What is being received, or null. */
  SnapshotId receiving() {
    return id;
  }

  /** Gives up what is being received, unless a worker has it in hand. */
  boolean abandon() {
    if (busy) {
      return false;
    }
    if (writer != null) {
      writer.close();
    }
    writer = null;
    id = null;
    return true;
  }

  void onOffer(NodeId sender, Offer offer) {
    if (host.applied().reaches(new LogPoint(offer.id().epoch(), offer.id().inner()))) {
      host.send(sender, SnapshotMessage.encode(new Done(offer.id(), true)));
    } else if (offer.id().equals(id)) {
      from = sender;
      want();
    } else if (!busy && open(sender)) {
      begin(sender, offer);
    }
  }

  /** Two who send at once would otherwise undo each other's work for ever. */
  private boolean open(NodeId sender) {
    return id == null || sender.equals(from) || host.nowMs() - heardMs > FAITHFUL_MS;
  }

  private void begin(NodeId sender, Offer offer) {
    SnapshotStore.Writer old = writer;
    id = offer.id();
    from = sender;
    length = offer.length();
    heardMs = host.nowMs();
    writer = null;
    finished = false;
    busy = true;
    host.offload(
        () -> {
          if (old != null) {
            old.close();
          }
          return store.write(offer.id());
        },
        opened -> {
          busy = false;
          writer = opened;
          proceed();
        },
        why -> host.failed("opening a snapshot to receive", why));
  }

  private void want() {
    if (!busy && writer != null) {
      host.send(from, SnapshotMessage.encode(new Want(id, writer.offset())));
    }
  }

  void onChunk(NodeId sender, Chunk chunk) {
    if (busy || writer == null || !chunk.id().equals(id) || chunk.offset() != writer.offset()) {
      return;
    }
    from = sender;
    heardMs = host.nowMs();
    busy = true;
    SnapshotStore.Writer to = writer;
    host.offload(
        () -> {
          to.write(chunk.offset(), chunk.data());
          return to.offset();
        },
        offset -> {
          busy = false;
          proceed();
        },
        why -> host.failed("receiving a snapshot", why));
  }

  private void proceed() {
    if (writer.offset() < length) {
      want();
    } else if (!finished) {
      finish();
    }
  }

  private void finish() {
    finished = true;
    busy = true;
    SnapshotStore.Writer complete = writer;
    SnapshotId done = id;
    host.offload(
        () -> {
          complete.finish();
          complete.close();
          return done;
        },
        snapshot ->
            host.install(
                snapshot,
                ok -> {
                  busy = false;
                  writer = null;
                  id = null;
                  host.send(from, SnapshotMessage.encode(new Done(snapshot, ok)));
                }),
        why -> host.failed("completing a snapshot", why));
  }
}
