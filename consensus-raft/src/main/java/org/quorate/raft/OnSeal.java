package org.quorate.raft;

import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Refusal;

/** Orders the record that ends the link; one plan's at most once while it is in the log. */
final class OnSeal {
  private final Raft raft;

  OnSeal(Raft raft) {
    this.raft = raft;
  }

  void handle(Event.Seal event) {
    long planId = event.seal().planId();
    long index = raft.seals.find(planId);
    Leader leader = raft.leading();
    if (index > 0 && index <= raft.commit()) {
      raft.out.answer(event.ticket(), null);
    } else if (leader == null) {
      raft.out.answer(event.ticket(), new Refusal.NotProposer(raft.leader));
    } else if (index > 0) {
      leader.tickets().add(index, event.ticket());
    } else if (leader.transfer() != null) {
      raft.out.answer(
          event.ticket(), new Refusal.Busy("leadership transfer", raft.options.heartbeatMs()));
    } else if (!raft.configs.current().equals(event.seal().membership())) {
      // The log fixes the membership at each index, so this holds wherever the seal is committed.
      raft.out.answer(
          event.ticket(),
          new Refusal.Invalid(
              "planned on "
                  + event.seal().membership()
                  + ", in force is "
                  + raft.configs.current()));
    } else {
      long appended = raft.append(Entry.seal(raft.hard.term(), planId, event.seal().payload()));
      leader.tickets().add(appended, event.ticket());
    }
  }
}
