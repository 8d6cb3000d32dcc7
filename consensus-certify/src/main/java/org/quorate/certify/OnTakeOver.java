package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.TakeOver;

/** The sequencer hands over: propose a view at once, without asking around. */
final class OnTakeOver {
  private final Certify certify;

  OnTakeOver(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, TakeOver m) {
    if (m.view().equals(certify.view())
        && from.equals(certify.sequencer)
        && certify.role == Follower.INSTANCE
        && certify.views.mayPropose()) {
      certify.views.propose(true);
    }
  }
}
