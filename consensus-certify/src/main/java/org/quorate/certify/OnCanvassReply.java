package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.CanvassReply;

/** Counts who would promise. */
final class OnCanvassReply {
  private final Certify certify;

  OnCanvassReply(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, CanvassReply m) {
    Peer p = certify.peers.find(from, m.store());
    if (p != null && m.promised().isAfter(certify.view())) {
      certify.adopt(m.promised()); // the next canvass asks for one that is later still
    } else if (p != null
        && certify.role instanceof Canvasser canvasser
        && m.view().equals(canvasser.wanted())) {
      p.answer = m.granted() ? 1 : -1;
      certify.views.tally(canvasser);
    }
  }
}
