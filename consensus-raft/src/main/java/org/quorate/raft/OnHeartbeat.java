package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.Heartbeat;
import org.quorate.raft.RaftMessage.HeartbeatReply;
import org.quorate.spi.transport.Lane;

/** Hears that the leader is there, of what is committed and of a round of reads. */
final class OnHeartbeat {
  private final Raft raft;

  OnHeartbeat(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, Heartbeat m) {
    if (m.store() != raft.self.storeId()) {
      return;
    }
    if (m.term() >= raft.hard.term()) {
      if (!LeaderContact.accept(raft, from, m.term())) {
        return;
      }
      if (m.commit() > raft.log.last()) {
        // The leader tells no more than was acknowledged here as durable.
        raft.halt("entry " + m.commit() + " was acknowledged, the log ends at " + raft.log.last());
        return;
      }
      raft.commitTo(m.commit());
      raft.compaction().floor(m.floor());
    }
    // To a leader of an old term this says that its time is over.
    raft.out.send(
        from, Lane.CONTROL, new HeartbeatReply(raft.hard.term(), raft.self.storeId(), m.context()));
  }
}
