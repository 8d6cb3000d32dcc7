package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Gap;

/** The logs differ before what was sent: goes back to where they may agree. */
final class OnGap {
  private final Certify certify;

  OnGap(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Gap m) {
    Peer p = certify.peers.find(from, m.store());
    boolean counts =
        certify.sequencing() != null
            && m.view().equals(certify.view())
            && p != null
            && p.state != Peer.State.SNAPSHOT
            && m.prevSlot() > p.acked
            && m.prevSlot() < p.next;
    if (counts) {
      p.contactMs = certify.timers.nowMs();
      long hint = Math.min(m.hintSlot(), m.prevSlot() - 1);
      p.probeFrom(certify.log.lastNotAbove(hint, m.hintView()) + 1);
    }
  }
}
