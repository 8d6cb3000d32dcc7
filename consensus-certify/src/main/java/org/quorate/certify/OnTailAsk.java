package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.TailAsk;
import org.quorate.certify.CertifyMessage.TailIs;
import org.quorate.spi.transport.Lane;

/** Tells where the log of the view ends here; while that is not known, it is asked again. */
final class OnTailAsk {
  private final Certify certify;

  OnTailAsk(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, TailAsk m) {
    if (certify.installed()) {
      certify.out.send(
          from,
          Lane.CONTROL,
          new TailIs(
              certify.self.storeId(),
              certify.view(),
              m.incarnation(),
              m.round(),
              certify.tails.ownTail(),
              certify.configs.current().version()));
    }
  }
}
