package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;

/** What the driver learns of the way to a peer. */
final class OnPeer {
  private final Certify certify;

  OnPeer(Certify certify) {
    this.certify = certify;
  }

  /** The connection was made again: what was on the way is gone. */
  void reset(NodeId peer) {
    Peer p = certify.peers.find(peer);
    if (p == null) {
      return;
    }
    if (certify.sequencing() != null) {
      if (p.state != Peer.State.SNAPSHOT) {
        p.probeFrom(p.acked + 1);
      }
    } else if (certify.role instanceof Canvasser canvasser) {
      canvasser.ask();
    } else if (certify.role instanceof Proposer proposer) {
      proposer.ask();
    } else if (peer.equals(certify.sequencer)) {
      certify.own.resend();
    }
  }

  /** It would speak if it could: a sequencer keeps its view, a member counts for the quorum. */
  void busy(NodeId peer) {
    if (certify.sequencing() != null) {
      Peer p = certify.peers.find(peer);
      if (p != null) {
        p.contactMs = certify.timers.nowMs();
      }
    } else if (certify.role == Follower.INSTANCE && peer.equals(certify.sequencer)) {
      certify.timers.heardSequencer();
    }
  }

  /** A snapshot has ended: go on behind it, or, if it failed, when the peer is heard again. */
  void snapshotSent(Event.SnapshotSent event) {
    certify.donating.ended(event);
    Peer p = certify.peers.find(event.to());
    boolean ours = p != null && p.state == Peer.State.SNAPSHOT && p.donor == null;
    if (certify.sequencing() == null || !ours) {
      return;
    }
    p.probeFrom(event.ok() ? Math.min(event.inner(), certify.log.last()) + 1 : p.acked + 1);
    p.paused = !event.ok();
  }
}
