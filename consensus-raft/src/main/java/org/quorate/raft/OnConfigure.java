package org.quorate.raft;

import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;

/** Changes the membership by one member. Raft §4.1. */
final class OnConfigure {
  private final Raft raft;

  OnConfigure(Raft raft) {
    this.raft = raft;
  }

  void handle(Event.Configure event) {
    Leader leader = raft.leading();
    Membership next = event.next();
    Membership now = raft.configs.current();
    if (leader != null && next.equals(now)) {
      leader.tickets().add(raft.configs.index(), event.ticket()); // asked again
      return;
    }
    Refusal why =
        event.donor() == null
            ? objection(leader, now, next)
            : new Refusal.Invalid(
                "in raft the leader gives snapshots: there is no choice of a donor");
    if (why != null) {
      raft.out.answer(event.ticket(), why);
      return;
    }
    long index = raft.append(Entry.config(raft.hard.term(), next));
    leader.tickets().add(index, event.ticket());
  }

  private Refusal objection(Leader leader, Membership now, Membership next) {
    if (leader == null) {
      return new Refusal.NotProposer(raft.leader);
    }
    if (leader.transfer() != null) {
      return busy("leadership transfer");
    }
    if (raft.configs.index() > raft.commit()) {
      return busy("membership change under way"); // Scenario 42
    }
    if (raft.seals.last() > raft.commit()) {
      return busy("the link is being sealed"); // the change would be lost behind the seal
    }
    if (!leader.established()) {
      // Scenario 41: Ongaro's correction of 2015, or two leaders may change from one configuration.
      return busy("no entry of this term is committed yet");
    }
    String invalid = Memberships.objection(now, next);
    return invalid != null ? new Refusal.Invalid(invalid) : behind(leader, now, next);
  }

  /** Raft §4.2.1: a learner that is made a voter too early would hold up every commit. */
  private Refusal behind(Leader leader, Membership now, Membership next) {
    for (Member m : next.members()) {
      Member old = Memberships.find(now, m.node());
      if (m.role() == Role.VOTER && old != null && old.role() == Role.LEARNER) {
        Progress p = leader.peers().find(m.node());
        if (old.storeId() != m.storeId() || p != null && p.state != Progress.State.REPLICATE) {
          return busy("learner " + m.node() + " is catching up");
        }
      }
    }
    return null;
  }

  private Refusal busy(String limit) {
    return new Refusal.Busy(limit, raft.options.heartbeatMs());
  }
}
