package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Promise;

/** Counts a promise and takes over the log it tells, if that is the better one. */
final class OnPromise {
  private final Certify certify;

  OnPromise(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Promise m) {
    Peer p = certify.peers.find(from, m.store());
    if (p != null && !m.ok() && m.fromView().isAfter(certify.view())) {
      certify.adopt(m.fromView());
      return;
    }
    if (p == null
        || !(certify.role instanceof Proposer proposer)
        || !m.view().equals(certify.view())) {
      return;
    }
    proposer.promised(p, m);
    if (certify.halted() != null) {
      return;
    }
    if (proposer.lost()) {
      certify.role = Follower.INSTANCE;
    } else if (certify.log.missing() > 0) {
      certify.fetching.ask();
    }
  }
}
