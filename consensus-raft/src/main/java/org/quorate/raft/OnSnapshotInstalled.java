package org.quorate.raft;

import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Event;

/** The state came from a snapshot: the log has to begin or go on there. Raft §5.2. */
final class OnSnapshotInstalled {
  private final Raft raft;

  OnSnapshotInstalled(Raft raft) {
    this.raft = raft;
  }

  void handle(Event.SnapshotInstalled event) {
    long inner = event.inner();
    if (inner <= raft.commit()) {
      return; // Scenario 51: older than what is known here
    }
    LinkState at;
    try {
      at = LinkState.decode(event.linkState());
    } catch (MalformedException e) {
      raft.halt("link state of the snapshot at " + inner + ": " + e.getMessage());
      return;
    }
    if (at.term() > raft.hard.term()) {
      raft.elections.follow(at.term(), null);
    }
    if (raft.log.term(inner) == at.term()) {
      raft.commitBySnapshot(inner); // Raft §5.2: what follows is kept
    } else {
      if (raft.leading() != null) {
        raft.elections.follow(raft.hard.term(), null);
      }
      raft.replaceBy(inner, at.term(), at.membership());
      raft.commitBySnapshot(inner);
    }
    if (raft.leader != null && raft.leading() == null) {
      raft.promises.acknowledge(raft.leader, inner);
    }
  }
}
