package org.quorate.certify;

import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Prepare;
import org.quorate.certify.CertifyMessage.Promise;
import org.quorate.spi.transport.Lane;

/**
 * Promises a view and tells what the log holds. It does not ask whether it is a member itself: the
 * proposer's membership may be newer.
 */
final class OnPrepare {
  private final Certify certify;

  OnPrepare(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Prepare m) {
    if (m.view().store() != m.store()) {
      return;
    }
    boolean again = m.view().equals(certify.view()) && certify.role == Follower.INSTANCE;
    boolean may =
        again
            || m.view().isAfter(certify.view())
                && (m.handOver() || !OnCanvass.sequencerMayBeThere(certify));
    if (!may || !PromiseRules.canTell(certify, m.from(), m.last(), m.lastView())) {
      certify.out.send(
          from,
          Lane.CONTROL,
          new Promise(certify.self.storeId(), m.view(), false, 0, certify.view(), 0, List.of()));
      return;
    }
    if (!again && certify.rules.keepsPromises()) {
      certify.adopt(m.view());
      certify.timers.drawTimeout();
    }
    long last = certify.log.complete();
    long behind = Math.max(m.from(), certify.log.base());
    certify.promises.add(
        from,
        Lane.CONTROL,
        new Promise(
            certify.self.storeId(),
            m.view(),
            true,
            behind,
            behind <= last ? certify.log.view(behind) : View.NONE,
            certify.stable(),
            certify.log.entries(behind + 1, last)));
  }
}
