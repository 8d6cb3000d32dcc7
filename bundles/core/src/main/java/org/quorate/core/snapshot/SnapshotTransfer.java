package org.quorate.core.snapshot;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.snapshot.SnapshotMessage.Chunk;
import org.quorate.core.snapshot.SnapshotMessage.Done;
import org.quorate.core.snapshot.SnapshotMessage.Offer;
import org.quorate.core.snapshot.SnapshotMessage.Want;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateCursor;

/** Both directions of snapshot transfer of one replica; on the group's loop. */
public final class SnapshotTransfer {
  private final SnapshotSender sender;
  private final SnapshotReceiver receiver;

  public SnapshotTransfer(SnapshotHost host, SnapshotStore store) {
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
      if (!sender.writing()) {
        receiver.onOffer(from, offer);
      }
    } else if (decoded instanceof Chunk chunk) {
      receiver.onChunk(from, chunk);
    } else if (decoded instanceof Want want) {
      sender.onWant(from, want);
    } else {
      sender.onDone(from, (Done) decoded);
    }
  }

  /** The entries of a complete snapshot; blocks. */
  public static StateCursor entries(SnapshotStore.Reader file, int chunkBytes) {
    return SnapshotContent.read(file, chunkBytes);
  }
}
