package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Refusal;

/** Starts a transfer of leadership; without a target to the voter that is furthest. Raft §3.10. */
final class OnHandOver {
  private final Raft raft;

  OnHandOver(Raft raft) {
    this.raft = raft;
  }

  void handle(Event.HandOver event) {
    Leader leader = raft.leading();
    if (leader == null) {
      raft.out.answer(event.ticket(), new Refusal.NotProposer(raft.leader));
    } else if (raft.self.node().equals(event.to())) {
      raft.out.answer(event.ticket(), null);
    } else if (leader.transfer() != null) {
      raft.out.answer(
          event.ticket(),
          new Refusal.Busy(
              "leadership transfer to " + leader.transfer().to(), raft.options.heartbeatMs()));
    } else {
      start(leader, event);
    }
  }

  private void start(Leader leader, Event.HandOver event) {
    NodeId wanted = event.to();
    Progress target = wanted == null ? leader.peers().best() : leader.peers().find(wanted);
    if (target == null || !target.voter) {
      raft.out.answer(
          event.ticket(),
          new Refusal.Invalid(
              wanted == null ? "no other voter was heard lately" : wanted + " is no voter"));
      return;
    }
    leader.transfer(new Transfer(raft, leader, target.node, event.ticket()));
    leader.transfer().advance();
  }
}
