package org.quorate.certify;

import java.util.ArrayList;
import java.util.function.ToLongFunction;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * The other members, in the order of their names, and what a quorum of the membership in force has:
 * the newest in the log, stable or not.
 */
final class Peers {
  private final Certify certify;
  private Peer[] all = new Peer[0];
  private Ballots current;
  private Ballots previous; // of the membership before, until the current one is stable

  Peers(Certify certify) {
    this.certify = certify;
  }

  Peer[] all() {
    return all;
  }

  Peer find(NodeId node) {
    for (Peer p : all) {
      if (p.node.equals(node)) {
        return p;
      }
    }
    return null;
  }

  /** The peer, if the very store is meant. */
  Peer find(NodeId node, long store) {
    for (Peer p : all) {
      if (p.store == store && p.node.equals(node)) {
        return p;
      }
    }
    return null;
  }

  /**
   * Whether a node speaks in the name of another: of this one, or one member of another. Who is no
   * member here may be one in a log that is further, under any store.
   */
  boolean isForged(NodeId from, long store) {
    if (store == certify.self.storeId()) {
      return true;
    }
    Peer named = findStore(store);
    return named != null && !named.node.equals(from) && find(from) != null;
  }

  Peer findStore(long store) {
    for (Peer p : all) {
      if (p.store == store) {
        return p;
      }
    }
    return null;
  }

  /** Follows the membership in force; who was removed is served, uncounted, until that is stable. */
  void rebuild() {
    Membership now = certify.configs.current();
    boolean settled = certify.configs.index() <= certify.stable();
    ArrayList<Peer> next = new ArrayList<>();
    add(now, next);
    if (!settled) {
      add(certify.configs.previous(), next);
    }
    all = next.toArray(new Peer[0]);
    current = new Ballots(now, certify.self, this);
    previous = settled ? null : new Ballots(certify.configs.previous(), certify.self, this);
  }

  private void add(Membership membership, ArrayList<Peer> next) {
    for (Member m : membership.members()) {
      boolean own = m.node().equals(certify.self.node()) && m.storeId() == certify.self.storeId();
      if (own || contains(next, m)) {
        continue;
      }
      Peer known = find(m.node(), m.storeId());
      if (known == null) {
        known = new Peer(m, certify.timers.nowMs());
        known.newView(certify.log.last() + 1);
      }
      known.role = m.role();
      known.desynced = m.desynced();
      next.add(known);
    }
  }

  private static boolean contains(ArrayList<Peer> peers, Member member) {
    for (Peer p : peers) {
      if (p.is(member)) {
        return true;
      }
    }
    return false;
  }

  void newView() {
    for (Peer p : all) {
      p.newView(certify.log.last() + 1);
    }
  }

  void clearAnswers() {
    for (Peer p : all) {
      p.answer = 0;
    }
  }

  /** Members that count in the membership in force. */
  int voting() {
    return current.size();
  }

  /** The highest value that a quorum has reached, with {@code own} as this node's. */
  long quorum(ToLongFunction<Peer> value, long own) {
    return current.majority(value, own);
  }

  Ballots current() {
    return current;
  }

  /** Of the membership before; null when the current one is stable. */
  Ballots previous() {
    return previous;
  }

  /**
   * Whether those with the value 1 are no majority of those that keep payload, nor were in a
   * membership that may still have counted.
   */
  boolean nobodyElseKeeps(ToLongFunction<Peer> value) {
    return current.keepers(value, 0) < 1 && (previous == null || previous.keepers(value, 0) < 1);
  }

  /** What every member has, or gets by a snapshot. */
  long floor() {
    long floor = Long.MAX_VALUE;
    for (Peer p : all) {
      floor = Math.min(floor, p.has());
    }
    return floor;
  }

  /** The voter that is furthest and was heard lately; null when there is none. */
  Peer best() {
    Peer best = null;
    long since = certify.timers.nowMs() - certify.options.suspectMs();
    for (Peer p : all) {
      boolean able = p.role == org.quorate.spi.consensus.Role.VOTER && p.contactMs > since;
      if (able && !p.desynced && (best == null || p.acked > best.acked)) {
        best = p;
      }
    }
    return best;
  }
}
