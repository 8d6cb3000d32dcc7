package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.TakeOver;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/**
 * The sequencer's part on its way to another member: when that has the log it is told to propose a
 * view. Meanwhile ordering goes on, since the new view takes over the longest log of a quorum.
 */
final class HandOver {
  private final Certify certify;
  private final Sequencer sequencer;
  private final NodeId to;
  private final long ticket;
  private final long deadlineMs;
  private long toldMs = -1; // when it was told, -1 before

  HandOver(Certify certify, Sequencer sequencer, NodeId to, long ticket) {
    this.certify = certify;
    this.sequencer = sequencer;
    this.to = to;
    this.ticket = ticket;
    deadlineMs = certify.timers.nowMs() + 2 * certify.options.suspectMs();
  }

  NodeId to() {
    return to;
  }

  /** Tells it as soon as it has what is stable. */
  void advance() {
    Peer p = certify.peers.find(to);
    if (toldMs < 0 && p != null && p.acked >= certify.stable()) {
      tell(p);
    }
  }

  private void tell(Peer p) {
    toldMs = certify.timers.nowMs();
    certify.out.send(p.node, Lane.CONTROL, new TakeOver(certify.self.storeId(), certify.view()));
  }

  void tick() {
    long now = certify.timers.nowMs();
    Peer p = certify.peers.find(to);
    if (p == null || p.role != Role.VOTER || now >= deadlineMs) {
      sequencer.handOver(null);
      certify.out.answer(
          ticket, new Refusal.Busy(to + " did not take over in time", certify.options.suspectMs()));
    } else if (toldMs >= 0 && now - toldMs >= certify.options.heartbeatMs()) {
      tell(p); // the first one may be lost
    }
  }

  /**
   * @param deposed by a later view: somebody took over
   */
  void ended(boolean deposed, NodeId hint) {
    certify.out.answer(ticket, deposed ? null : new Refusal.FateUnknown(hint));
  }
}
