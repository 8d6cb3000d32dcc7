package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Canvass;
import org.quorate.certify.CertifyMessage.CanvassReply;
import org.quorate.spi.transport.Lane;

/** Says whether it would promise a view. */
final class OnCanvass {
  private final Certify certify;

  OnCanvass(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Canvass m) {
    boolean granted =
        m.view().isAfter(certify.view())
            && !sequencerMayBeThere(certify)
            && PromiseRules.canTell(certify, m.from(), m.last(), m.lastView());
    certify.out.send(
        from,
        Lane.CONTROL,
        new CanvassReply(certify.self.storeId(), m.view(), granted, certify.view()));
  }

  /** Who hears a sequencer helps nobody to replace it. */
  static boolean sequencerMayBeThere(Certify certify) {
    return certify.sequencing() != null
        || certify.sequencer != null && certify.timers.sequencerIsFresh();
  }
}
