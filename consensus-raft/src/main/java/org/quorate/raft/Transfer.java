package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.TimeoutNow;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.transport.Lane;

/**
 * Leadership on its way to another node. Raft §3.10: no new proposals, the target catches up, then it
 * is told to campaign; after an election timeout the leader goes on as before.
 */
final class Transfer {
  private final Raft raft;
  private final Leader leader;
  private final NodeId to;
  private final long ticket;
  private final long deadlineMs;
  private long toldMs = -1; // when the target was told, -1 before

  Transfer(Raft raft, Leader leader, NodeId to, long ticket) {
    this.raft = raft;
    this.leader = leader;
    this.to = to;
    this.ticket = ticket;
    deadlineMs = raft.timers.nowMs() + raft.options.electionMs();
  }

  NodeId to() {
    return to;
  }

  /** Tells the target as soon as it has the whole log. */
  void advance() {
    Progress p = leader.peers().find(to);
    if (toldMs < 0 && p != null && p.match == raft.log.last()) {
      tell(p);
    }
  }

  private void tell(Progress p) {
    toldMs = raft.timers.nowMs();
    raft.out.send(p.node, Lane.CONTROL, new TimeoutNow(raft.hard.term(), p.store));
  }

  void tick() {
    long now = raft.timers.nowMs();
    Progress p = leader.peers().find(to);
    if (p == null || !p.voter || now >= deadlineMs) {
      leader.transfer(null);
      raft.out.answer(
          ticket, new Refusal.Busy(to + " did not take over in time", raft.options.electionMs()));
    } else if (toldMs >= 0 && now - toldMs >= raft.options.heartbeatMs()) {
      tell(p); // the first one may be lost
    }
  }

  /**
   * @param deposed by a higher term: somebody took over
   */
  void leadershipLost(boolean deposed, NodeId hint) {
    raft.out.answer(ticket, deposed ? null : new Refusal.FateUnknown(hint));
  }
}
