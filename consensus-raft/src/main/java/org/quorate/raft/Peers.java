package org.quorate.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** The peers of a leader, in the order of their names, and what a quorum of voters has. */
final class Peers {
  private final Raft raft;
  private Progress[] all = new Progress[0];
  private long[] scratch = new long[1];
  private int voters; // with this node, if it votes

  Peers(Raft raft) {
    this.raft = raft;
    rebuild();
  }

  Progress[] all() {
    return all;
  }

  Progress find(NodeId node) {
    for (Progress p : all) {
      if (p.node.equals(node)) {
        return p;
      }
    }
    return null;
  }

  /** The peer, if the reply came from the store that is meant. */
  Progress find(NodeId node, long store) {
    Progress p = find(node);
    return p == null || p.store != store ? null : p;
  }

  /** Voters in the membership in force. */
  int voters() {
    return voters;
  }

  /**
   * Follows the membership in force. Who was removed is still served until the removal is committed,
   * so that it learns of it, but does not count.
   */
  void rebuild() {
    Membership now = raft.configs.current();
    ArrayList<Progress> next = new ArrayList<>();
    for (Member m : now.members()) {
      if (!m.node().equals(raft.self.node())) {
        Progress known = find(m.node());
        if (known == null || !known.is(m)) {
          known = new Progress(m, raft.log.last() + 1, raft.timers.nowMs(), raft.options);
        }
        known.voter = m.role() == Role.VOTER;
        next.add(known);
      }
    }
    if (raft.configs.index() > raft.commit()) {
      for (Progress p : all) {
        if (Memberships.find(now, p.node) == null) {
          p.voter = false;
          next.add(p);
        }
      }
    }
    all = next.toArray(new Progress[0]);
    voters = Memberships.voters(now);
    scratch = new long[voters];
  }

  /** The highest value that a quorum of voters has reached, with {@code own} as this node's. */
  long quorum(ToLongFunction<Progress> value, long own) {
    int n = 0;
    if (raft.votes()) {
      scratch[n++] = own;
    }
    for (Progress p : all) {
      if (p.voter) {
        scratch[n++] = value.applyAsLong(p);
      }
    }
    Arrays.sort(scratch, 0, n);
    return scratch[n - (voters / 2 + 1)];
  }

  /** What every peer has, or gets by a snapshot. */
  long floor() {
    long floor = Long.MAX_VALUE;
    for (Progress p : all) {
      floor = Math.min(floor, p.has());
    }
    return floor;
  }

  /** The voter that is furthest and was heard lately; null when there is none. */
  Progress best() {
    Progress best = null;
    long since = raft.timers.nowMs() - raft.options.electionMs();
    for (Progress p : all) {
      if (p.voter && p.contactMs > since && (best == null || p.match > best.match)) {
        best = p;
      }
    }
    return best;
  }
}
