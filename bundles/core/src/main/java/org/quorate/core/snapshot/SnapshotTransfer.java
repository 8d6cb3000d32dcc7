package org.quorate.core.snapshot;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.snapshot.SnapshotMessage.Chunk;
import org.quorate.core.snapshot.SnapshotMessage.Done;
import org.quorate.core.snapshot.SnapshotMessage.Offer;
import org.quorate.core.snapshot.SnapshotMessage.Want;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.storage.StateCursor;

/** Both directions of snapshot transfer of one replica; on the group's loop. */
public final class SnapshotTransfer {
  private final SnapshotHost host;
  private final SnapshotSender sender;
  private final SnapshotReceiver receiver;
  private boolean suspended;

  public SnapshotTransfer(SnapshotHost host, SnapshotStore store) {
    this.host = host;
    receiver = new SnapshotReceiver(host, store);
    sender = new SnapshotSender(host, store, receiver);
  }

  public SnapshotSender sender() {
    return sender;
  }

  /** Throws MalformedException. */
  public void receive(NodeId from, Bytes message) {
    SnapshotMessage decoded = SnapshotMessage.decode(message);
    if (decoded instanceof Offer offer) {
      // A store holds one partial snapshot: an offer that is passed over is repeated.
      if (!sender.writing() && !suspended) {
        receiver.onOffer(from, offer);
      }
    } else if (decoded instanceof Chunk chunk) {
      receiver.onChunk(from, chunk);
    } else if (decoded instanceof Want want) {
      sender.onWant(from, want);
    } else if (decoded instanceof Done done) {
      sender.onDone(from, done);
    } else if (decoded instanceof SnapshotMessage.Help help) {
      sender.onHelp(help);
    } else {
      host.asked(from, new LogPoint(decoded.id().epoch(), decoded.id().inner()));
    }
  }

  /** Takes no snapshot from now on; false if one is just being worked on. */
  public boolean suspend() {
    suspended = receiver.abandon();
    return suspended;
  }

  /** Takes snapshots again. */
  public void resume() {
    suspended = false;
  }

  /** Asks a peer for a snapshot beyond what is applied here; it is sent one at a time. */
  public void ask(NodeId peer) {
    LogPoint at = host.applied();
    SnapshotId id = new SnapshotId(at.epoch(), at.inner(), 0);
    host.send(peer, SnapshotMessage.encode(new SnapshotMessage.Ask(id)));
  }

  /** The entries of a complete snapshot; blocks. */
  public static StateCursor entries(SnapshotStore.Reader file, int chunkBytes) {
    return SnapshotContent.read(file, chunkBytes);
  }
}
