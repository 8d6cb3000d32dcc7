package org.quorate.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.TailRequest;

/**
 * Linearizable reads without a log entry. Raft §6.4: remember the commit index, have a quorum confirm
 * that nobody else leads, answer. All reads of a step share a round; a round's number is confirmed
 * by heartbeats sent after it began, so a confirmation of a later round confirms it too.
 */
final class ReadIndex {
  private record Round(long context, long commit, List<TailRequest> requests) {}

  private final Raft raft;
  private final Leader leader;
  private final ArrayDeque<Round> rounds = new ArrayDeque<>();
  private List<TailRequest> waiting = new ArrayList<>();
  private long newest;
  private int count;

  ReadIndex(Raft raft, Leader leader) {
    this.raft = raft;
    this.leader = leader;
  }

  /** Number of the newest round. */
  long newest() {
    return newest;
  }

  /** Whether a read has no answer yet. */
  boolean waits() {
    return count > 0;
  }

  void add(TailRequest request) {
    if (count >= raft.options.maxReads()) {
      raft.out.refuse(
          request, new Refusal.Busy(RaftOptions.READS_COUNT.name(), raft.options.heartbeatMs()));
      return;
    }
    count++;
    waiting.add(request);
  }

  void endOfStep() {
    if (count == 0) {
      return;
    }
    answer();
    // Scenario 34: before an entry of the term is committed, commit may be behind.
    if (waiting.isEmpty() || !leader.established()) {
      return;
    }
    rounds.add(new Round(++newest, raft.commit(), waiting));
    waiting = new ArrayList<>();
    if (leader.peers().voters() == 1 && raft.votes() || raft.rules.readsUnconfirmed()) {
      answer();
    } else {
      leader.beat();
    }
  }

  private void answer() {
    if (rounds.isEmpty()) {
      return;
    }
    long confirmed =
        raft.rules.readsUnconfirmed() ? newest : leader.peers().quorum(p -> p.readContext, newest);
    while (!rounds.isEmpty() && rounds.peek().context() <= confirmed) {
      Round round = rounds.poll();
      count -= round.requests().size();
      for (TailRequest request : round.requests()) {
        raft.out.tail(request, round.commit());
      }
    }
  }

  /** Scenario 35: leadership was lost, nothing more is confirmed. */
  void giveUp(NodeId hint) {
    for (Round round : rounds) {
      refuse(round.requests(), hint);
    }
    refuse(waiting, hint);
    rounds.clear();
    waiting = new ArrayList<>();
    count = 0;
  }

  private void refuse(List<TailRequest> requests, NodeId hint) {
    for (TailRequest request : requests) {
      raft.out.refuse(request, new Refusal.NotProposer(hint));
    }
  }
}
