package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.Heartbeat;
import org.quorate.raft.RaftMessage.TimeoutNow;
import org.quorate.spi.consensus.Tickets;
import org.quorate.spi.transport.Lane;

/** What a leader has beyond a follower; made anew with each term, all of it [volatile]. */
final class Leader implements RoleState {
  private final Raft raft;
  private final Peers peers;
  private final Replicator replicator;
  private final Waiting waiting = new Waiting();
  private final Tickets tickets = new Tickets();
  private final ReadIndex reads;
  private Transfer transfer; // null when none is under way
  private long termStart; // index of the first entry of the term
  private long beatMs;
  private long configCommitted;

  Leader(Raft raft) {
    this.raft = raft;
    this.peers = new Peers(raft);
    this.replicator = new Replicator(raft, peers);
    this.reads = new ReadIndex(raft, this);
    configCommitted = raft.configs.index() <= raft.commit() ? raft.configs.index() : -1;
  }

  @Override
  public String word() {
    return "leader";
  }

  void begin(long noop) {
    termStart = noop;
    beat();
  }

  Peers peers() {
    return peers;
  }

  Replicator replicator() {
    return replicator;
  }

  Waiting waiting() {
    return waiting;
  }

  Tickets tickets() {
    return tickets;
  }

  ReadIndex reads() {
    return reads;
  }

  Transfer transfer() {
    return transfer;
  }

  void transfer(Transfer next) {
    transfer = next;
  }

  /** Whether an entry of the term is committed: only then commit is all that ever was. */
  boolean established() {
    return raft.commit() >= termStart;
  }

  void tick() {
    long now = raft.timers.nowMs();
    if (now - peers.quorum(p -> p.contactMs, now) >= raft.options.electionMs()
        && !raft.rules.leadsOnWithoutQuorum()) {
      raft.elections.follow(raft.hard.term(), null);
      return;
    }
    if (peers.voters() > 1 && raft.disk.waitingMs(now) >= raft.options.diskStallMs()) {
      abdicate();
      return;
    }
    if (transfer != null) {
      transfer.tick();
    }
    if (now - beatMs >= (idle() ? raft.options.idleHeartbeatMs() : raft.options.heartbeatMs())) {
      raft.compaction().floor(peers.floor());
      beat();
    } else {
      tellCommit();
    }
  }

  /** Whether everyone has everything and knows so, and nobody asks for anything. */
  private boolean idle() {
    if (raft.commit() < raft.log.last() || transfer != null || reads.waits()) {
      return false;
    }
    for (Progress p : peers.all()) {
      if (p.sentCommit < raft.commit()) {
        return false;
      }
    }
    return true;
  }

  /** A heartbeat to everyone; it carries the newest round of reads. */
  void beat() {
    beatMs = raft.timers.nowMs();
    for (Progress p : peers.all()) {
      beat(p);
    }
  }

  private void beat(Progress p) {
    // Never above the match: what is beyond it at the peer may differ from our log. Raft §3.5.
    p.sentCommit = Math.min(raft.commit(), p.match);
    raft.out.send(
        p.node,
        Lane.CONTROL,
        new Heartbeat(raft.hard.term(), p.store, p.sentCommit, reads.newest(), peers.floor()));
  }

  /** Peers that no entries follow to hear of the commit by the next tick. */
  private void tellCommit() {
    for (Progress p : peers.all()) {
      if (p.sentCommit < Math.min(raft.commit(), p.match)) {
        beat(p);
      }
    }
  }

  /** At once: no entries follow, and who hears of it goes on with the next link. */
  private void tellSeal(long index) {
    for (Progress p : peers.all()) {
      if (p.sentCommit < index && p.match >= index) {
        beat(p);
      }
    }
  }

  void advanceCommit() {
    long reached = peers.quorum(p -> p.match, raft.disk.durable());
    if (reached > raft.commit()
        && raft.rules.commitsByCounting(raft.log.term(reached), raft.hard.term())) {
      raft.commitTo(reached);
    }
  }

  void afterDelivery() {
    long commit = raft.commit();
    waiting.dropTo(commit);
    tickets.decidedTo(commit, raft.out);
    long config = raft.configs.index();
    if (config <= commit && config != configCommitted) {
      configCommitted = config;
      peers.rebuild();
      if (!raft.votes()) {
        abdicate(); // Raft §4.2.2: it was removed, and has managed the cluster up to here
        return;
      }
    }
    long seal = raft.seals.last();
    if (seal > 0 && seal <= commit) {
      tellSeal(seal);
    }
    reads.endOfStep();
  }

  /** Steps down and lets the best peer campaign at once. */
  private void abdicate() {
    Progress best = peers.best();
    if (best != null) {
      raft.out.send(best.node, Lane.CONTROL, new TimeoutNow(raft.hard.term(), best.store));
    }
    raft.elections.follow(raft.hard.term(), null);
  }

  /** Ends what callers wait for: it may still be ordered, by somebody else. */
  void resign(NodeId hint, boolean deposed) {
    waiting.dropTo(raft.commit());
    waiting.giveUp(raft.out, hint);
    reads.giveUp(hint);
    tickets.giveUp(raft.out, hint);
    if (transfer != null) {
      transfer.leadershipLost(deposed, hint);
    }
  }
}
