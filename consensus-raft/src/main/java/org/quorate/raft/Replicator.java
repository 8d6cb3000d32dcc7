package org.quorate.raft;

import org.quorate.raft.RaftMessage.AppendEntries;
import org.quorate.spi.transport.Lane;

/** Sends each peer what it lacks, as far as its window allows. Raft §3.5, §10.2.2. */
final class Replicator {
  private final Raft raft;
  private final Peers peers;

  Replicator(Raft raft, Peers peers) {
    this.raft = raft;
    this.peers = peers;
  }

  void sendAll() {
    for (Progress p : peers.all()) {
      switch (p.state) {
        case PROBE -> probe(p);
        case REPLICATE -> stream(p);
        case SNAPSHOT -> {}
      }
    }
  }

  private void probe(Progress p) {
    if (p.paused) {
      return;
    }
    if (p.next <= raft.log.base()) {
      snapshot(p);
      return;
    }
    send(p, p.next > raft.log.last() ? p.next - 1 : batchEnd(p, raft.options.inflightBytes()));
    p.paused = true;
  }

  private void stream(Progress p) {
    if (p.next <= raft.log.base()) {
      snapshot(p);
      return;
    }
    boolean sent = false;
    while (p.next <= raft.log.last()) {
      long room = p.inflights.room();
      if (room == 0) {
        break;
      }
      long to = batchEnd(p, room);
      long bytes = raft.log.bytes(p.next - 1, to);
      if (bytes > room && !p.inflights.isEmpty()) {
        break; // a single entry larger than what is left of the window
      }
      send(p, to);
      p.inflights.add(to, bytes);
      p.next = to + 1;
      sent = true;
    }
    if (p.verify && !sent) {
      // Nothing new to send, but something older is unanswered: an empty append behind it is
      // refused if that was lost.
      send(p, p.next - 1);
    }
    p.verify = false;
  }

  private long batchEnd(Progress p, long room) {
    return raft.log.lastWithin(p.next, Math.min(raft.options.batchBytes(), room));
  }

  private void send(Progress p, long to) {
    long prev = p.next - 1;
    p.sentCommit = Math.max(p.sentCommit, Math.min(raft.commit(), to));
    raft.out.send(
        p.node,
        Lane.DATA,
        new AppendEntries(
            raft.hard.term(),
            p.store,
            prev,
            raft.log.term(prev),
            raft.commit(),
            raft.log.records(p.next, to)));
  }

  private void snapshot(Progress p) {
    p.snapshot(raft.log.base());
    raft.out.needSnapshot(p.node, raft.log.base());
  }
}
