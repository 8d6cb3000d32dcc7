package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;

/** What the driver learns of the way to a peer. */
final class OnPeer {
  private final Raft raft;

  OnPeer(Raft raft) {
    this.raft = raft;
  }

  /** The connection was made again: what was on the way is gone, so ask (scenarios 28, 29). */
  void reset(NodeId peer) {
    Progress p = progress(peer);
    if (p != null && p.state != Progress.State.SNAPSHOT) {
      p.probeFrom(p.match + 1);
    } else if (raft.role instanceof Candidate candidate) {
      candidate.ask();
    }
  }

  /** A snapshot has ended: go on behind it, or, if it failed, when the peer is heard again. */
  void snapshotSent(Event.SnapshotSent event) {
    Progress p = progress(event.to());
    if (p == null || p.state != Progress.State.SNAPSHOT) {
      return;
    }
    p.probeFrom(event.ok() ? Math.min(event.inner(), raft.log.last()) + 1 : p.match + 1);
    p.paused = !event.ok();
  }

  /** It would speak if it could: a leader keeps the term, a follower counts for check-quorum. */
  void busy(NodeId peer) {
    Progress p = progress(peer);
    if (p != null) {
      p.contactMs = raft.timers.nowMs();
    } else if (raft.role == Follower.INSTANCE && peer.equals(raft.leader)) {
      raft.timers.heardLeader();
    }
  }

  private Progress progress(NodeId peer) {
    Leader leader = raft.leading();
    return leader == null ? null : leader.peers().find(peer);
  }
}
