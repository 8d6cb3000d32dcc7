package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;

/** Starts to hand the sequencer's part over; without a target to the voter that is furthest. */
final class OnHandOver {
  private final Certify certify;

  OnHandOver(Certify certify) {
    this.certify = certify;
  }

  void handle(Event.HandOver event) {
    Sequencer sequencing = certify.sequencing();
    if (sequencing == null) {
      certify.out.answer(event.ticket(), new Refusal.NotProposer(certify.sequencer));
    } else if (certify.self.node().equals(event.to())) {
      certify.out.answer(event.ticket(), null);
    } else if (sequencing.handOver() != null) {
      certify.out.answer(
          event.ticket(),
          new Refusal.Busy(
              "hand-over to " + sequencing.handOver().to(), certify.options.heartbeatMs()));
    } else {
      start(sequencing, event);
    }
  }

  private void start(Sequencer sequencing, Event.HandOver event) {
    NodeId wanted = event.to();
    Peer target = wanted == null ? certify.peers.best() : certify.peers.find(wanted);
    if (target == null || target.role != Role.VOTER) {
      certify.out.answer(
          event.ticket(),
          new Refusal.Invalid(
              wanted == null ? "no other voter was heard lately" : wanted + " is no voter"));
      return;
    }
    if (target.desynced) {
      certify.out.answer(
          event.ticket(), new Refusal.Invalid(wanted + " is desynced: resync it first"));
      return;
    }
    sequencing.handOver(new HandOver(certify, sequencing, target.node, event.ticket()));
    sequencing.handOver().advance();
  }
}
