package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Ack;

/** A member has the view's log on disk up to a slot: counted at the end of the step. */
final class OnAck {
  private final Certify certify;

  OnAck(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Ack m) {
    Peer p = certify.peers.find(from, m.store());
    if (p == null) {
      return;
    }
    p.contactMs = certify.timers.nowMs();
    p.delivered = m.delivered();
    if (!m.view().equals(certify.view())) {
      return;
    }
    if (certify.sequencing() == null) {
      p.acked = Math.max(p.acked, m.slot());
    } else if (m.slot() <= certify.log.last()) {
      p.acknowledged(m.slot());
    }
  }
}
