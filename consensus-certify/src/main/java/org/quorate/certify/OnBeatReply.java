package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.BeatReply;

/** A member is there: it counts for the quorum, and whatever got lost is asked for. */
final class OnBeatReply {
  private final Certify certify;

  OnBeatReply(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, BeatReply m) {
    Peer p = certify.peers.find(from, m.store());
    if (p == null) {
      return;
    }
    if (m.view().isAfter(certify.view())) {
      certify.adopt(m.view());
      return;
    }
    if (certify.sequencing() == null) {
      return;
    }
    p.contactMs = certify.timers.nowMs();
    p.delivered = m.delivered();
    p.paused = false;
    if (p.state == Peer.State.STREAM && p.acked < certify.log.base() && p.acked == p.ackedAtBeat) {
      p.probeFrom(p.acked + 1); // it misses payloads that no log keeps any more
    }
    // What is on the way for a heartbeat's time may be lost.
    p.verify = p.acked < certify.log.last();
  }
}
