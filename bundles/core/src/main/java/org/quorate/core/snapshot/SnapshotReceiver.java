package org.quorate.core.snapshot;

import java.util.LinkedHashSet;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.snapshot.SnapshotMessage.Chunk;
import org.quorate.core.snapshot.SnapshotMessage.Done;
import org.quorate.core.snapshot.SnapshotMessage.Offer;
import org.quorate.core.snapshot.SnapshotMessage.Want;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/**
 * Receives a snapshot: one at a time, from where a partial file of the same id ends, from everyone who
 * offers that same one. On the group's loop; files are written on workers, one piece at a time.
 */
public final class SnapshotReceiver {
  /** So long what another one offers is passed over while nothing comes of what was first. */
  private static final long FAITHFUL_MS = 5_000;

  private final SnapshotHost host;
  private final SnapshotStore store;
  private Offer offer;
  private NodeId first;
  private SnapshotPieces pieces;
  private SnapshotStore.Writer writer;
  private SnapshotId doubtful; // came from several and did not verify: from one alone next time
  private final Set<NodeId> early = new LinkedHashSet<>(); // offered it before there was a file
  private long heardMs;
  private boolean busy;

  public SnapshotReceiver(SnapshotHost host, SnapshotStore store) {
    this.host = host;
    this.store = store;
  }

  /** What is being received, or null. */
  SnapshotId receiving() {
    return offer == null ? null : offer.id();
  }

  /** Gives up what is being received, unless a worker has it in hand. */
  boolean abandon() {
    if (busy) {
      return false;
    }
    if (writer != null) {
      writer.close();
    }
    forget();
    return true;
  }

  private void forget() {
    writer = null;
    offer = null;
    pieces = null;
  }

  void onOffer(NodeId sender, Offer made) {
    if (host.applied().reaches(new LogPoint(made.id().epoch(), made.id().inner()))) {
      done(sender, made.id(), true);
    } else if (made.id().equals(receiving())) {
      join(sender, made);
    } else if (!busy && open(sender)) {
      begin(sender, made);
    }
  }

  /** Two who send different ones would otherwise undo each other's work for ever. */
  private boolean open(NodeId sender) {
    return offer == null || sender.equals(first) || host.nowMs() - heardMs > FAITHFUL_MS;
  }

  /** One more donor of what is being received, or one that repeats its offer. */
  private void join(NodeId sender, Offer made) {
    if (!made.equals(offer)) {
      done(sender, made.id(), false); // another state at this point: the checks of states say more
    } else if (pieces == null) {
      early.add(sender);
    } else if (!made.id().equals(doubtful) || sender.equals(first)) {
      pieces.add(sender);
      if (pieces.asked(sender) != null) {
        want(sender, pieces.asked(sender));
      } else if (!busy) {
        ask(sender);
      }
    }
  }

  private void begin(NodeId sender, Offer made) {
    SnapshotStore.Writer old = writer;
    offer = made;
    first = sender;
    early.clear();
    heardMs = host.nowMs();
    pieces = null;
    writer = null;
    busy = true;
    host.offload(
        () -> {
          if (old != null) {
            old.close();
          }
          return store.write(made.id());
        },
        opened -> {
          busy = false;
          writer = opened;
          pieces = new SnapshotPieces(opened.offset(), made.length(), host.chunkBytes());
          pieces.add(sender);
          early.forEach(donor -> join(donor, made));
          askIdle();
          proceed();
        },
        why -> host.failed("opening a snapshot to receive", why));
  }

  private void askIdle() {
    pieces.idle().forEach(this::ask);
  }

  private void ask(NodeId donor) {
    SnapshotPieces.Asked asked = pieces.ask(donor, host.nowMs());
    if (asked != null) {
      want(donor, asked);
    }
  }

  private void want(NodeId donor, SnapshotPieces.Asked piece) {
    Want want = new Want(offer.id(), piece.from(), piece.bytes());
    host.send(donor, SnapshotMessage.encode(want));
  }

  void onChunk(NodeId sender, Chunk chunk) {
    if (pieces == null
        || !chunk.id().equals(offer.id())
        || !pieces.arrived(sender, chunk.offset(), chunk.data())) {
      return;
    }
    heardMs = host.nowMs();
    proceed();
    if (!busy && pieces != null && pieces.asked(sender) == null) {
      ask(sender); // a piece before it is still missing: the others need not wait for that
    }
  }

  private void proceed() {
    if (busy) {
      return;
    }
    SnapshotStore.Writer to = writer;
    Bytes next = pieces.take();
    if (next != null) {
      busy = true;
      host.offload(
          () -> {
            to.write(to.offset(), next);
            return to;
          },
          written -> {
            busy = false;
            askIdle();
            proceed();
          },
          why -> host.failed("receiving a snapshot", why));
    } else if (to.offset() >= offer.length()) {
      finish();
    }
  }

  private void finish() {
    busy = true;
    SnapshotStore.Writer complete = writer;
    SnapshotId id = offer.id();
    host.offload(
        () -> {
          complete.finish();
          complete.close();
          return verified(id);
        },
        good -> {
          if (good) {
            host.install(id, this::finished);
          } else {
            doubtful = id;
            finished(false);
          }
        },
        why -> host.failed("completing a snapshot", why));
  }

  private boolean verified(SnapshotId id) {
    boolean good;
    try (SnapshotStore.Reader file = store.read(id)) {
      good = SnapshotContent.verifies(file, host.chunkBytes());
    }
    if (!good) {
      store.delete(id);
    }
    return good;
  }

  private void finished(boolean ok) {
    SnapshotId id = offer.id();
    final SnapshotPieces from = pieces;
    busy = false;
    forget();
    for (NodeId donor : from.donors()) {
      done(donor, id, ok);
    }
  }

  private void done(NodeId donor, SnapshotId id, boolean ok) {
    host.send(donor, SnapshotMessage.encode(new Done(id, ok)));
  }
}
