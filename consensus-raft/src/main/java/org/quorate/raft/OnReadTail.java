package org.quorate.raft;

import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.TailRequest;

/** Only a leader answers for the tail. Raft §6.4. */
final class OnReadTail {
  private final Raft raft;

  OnReadTail(Raft raft) {
    this.raft = raft;
  }

  void handle(TailRequest request) {
    Leader leader = raft.leading();
    if (leader == null) {
      raft.out.refuse(request, new Refusal.NotProposer(raft.leader));
    } else {
      leader.reads().add(request);
    }
  }
}
