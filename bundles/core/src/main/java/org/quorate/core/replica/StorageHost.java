package org.quorate.core.replica;

import org.quorate.core.log.VirtualLog;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.snapshot.SnapshotTransfer;
import org.quorate.core.storage.StorageMove;

/** What a move to other storages needs of the replica. On the group's loop. */
final class StorageHost implements StorageMove.Host {
  private final VirtualLog log;
  private final Checkpoints checkpoints;
  private final SnapshotTransfer transfer;
  private final Links.Owner replica;

  StorageHost(
      VirtualLog log, Checkpoints checkpoints, SnapshotTransfer transfer, Links.Owner replica) {
    this.log = log;
    this.checkpoints = checkpoints;
    this.transfer = transfer;
    this.replica = replica;
  }

  @Override
  public void atRest(SnapshotHost.ImageUser user) {
    checkpoints.withImage(log.point(), user);
  }

  @Override
  public boolean suspendSnapshots() {
    return transfer.suspend();
  }

  @Override
  public void resumeSnapshots() {
    transfer.resume();
  }

  @Override
  public boolean sendingSnapshots() {
    return transfer.sender().active() > 0;
  }

  @Override
  public void checkpoint() {
    checkpoints.request();
  }

  @Override
  public void failed(String why, Throwable cause) {
    replica.fail("storage move: " + why, cause);
  }
}
