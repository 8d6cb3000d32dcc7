package org.quorate.raft;

import java.util.ArrayList;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.AppendReply;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/**
 * Replies that rest on what this step writes: they leave when all of it is on disk. One
 * acknowledgement stands for all appends of a step. [volatile]
 */
final class Promises {
  private record Promise(NodeId to, Lane lane, RaftMessage message) {}

  private final ArrayList<Promise> queued = new ArrayList<>();
  private NodeId ackTo;
  private long ackIndex;

  void promise(NodeId to, Lane lane, RaftMessage message) {
    queued.add(new Promise(to, lane, message));
  }

  /** The log agrees with the leader's up to an index. */
  void acknowledge(NodeId leader, long index) {
    ackIndex = leader.equals(ackTo) ? Math.max(ackIndex, index) : index;
    ackTo = leader;
  }

  /** The term has changed: what was appended in the old one may not even be written. */
  void dropAcknowledgement() {
    ackTo = null;
  }

  void flush(Raft raft) {
    if (ackTo != null) {
      AppendReply ok = new AppendReply(raft.hard.term(), raft.self.storeId(), true, ackIndex, 0, 0);
      promise(ackTo, Lane.DATA, ok);
      ackTo = null;
    }
    if (queued.isEmpty()) {
      return;
    }
    Effects out = raft.out;
    Pending outstanding = raft.disk.outstanding();
    for (Promise p : queued) {
      if (outstanding == null) {
        out.send(p.to(), p.lane(), p.message());
      } else {
        out.promise(outstanding, p.to(), p.lane(), p.message());
      }
    }
    queued.clear();
  }
}
