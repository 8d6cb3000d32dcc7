package org.quorate.certify;

import org.quorate.certify.CertifyMessage.Canvass;
import org.quorate.spi.transport.Lane;

/** Asks whether a view would find a quorum, before anyone is disturbed by a promise. */
final class Canvasser implements RoleState {
  private final Certify certify;
  private final View wanted;
  private long askedMs;

  Canvasser(Certify certify) {
    this.certify = certify;
    wanted = new View(certify.view().number() + 1, certify.self.storeId());
    certify.peers.clearAnswers();
  }

  @Override
  public String word() {
    return "canvasser";
  }

  View wanted() {
    return wanted;
  }

  /** Asks who has not answered; again when a heartbeat's time has passed, since messages get lost. */
  void ask() {
    askedMs = certify.timers.nowMs();
    for (Peer p : certify.peers.all()) {
      if (p.votes() && p.answer == 0) {
        certify.out.send(
            p.node,
            Lane.CONTROL,
            new Canvass(
                certify.self.storeId(),
                wanted,
                certify.stable(),
                certify.log.complete(),
                certify.log.view(certify.log.complete())));
      }
    }
  }

  void tick() {
    if (certify.timers.nowMs() - askedMs >= certify.options.heartbeatMs()) {
      ask();
    }
  }

  boolean won() {
    return certify.peers.quorum(p -> p.answer, 1) == 1;
  }

  boolean lost() {
    return certify.peers.quorum(p -> p.answer < 0 ? 0 : 1, 1) < 1;
  }
}
