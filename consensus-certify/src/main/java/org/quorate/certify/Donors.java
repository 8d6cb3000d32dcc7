package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Donate;
import org.quorate.certify.CertifyMessage.Donated;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/**
 * Chooses who gives a member a snapshot, so that the sequencer is spared: first who was named when the
 * member was added, then who is named in {@code certify.donors}, then who is not desynced, gives
 * fewest others and is furthest. Those behind it in this order may give the snapshot together with
 * it, the sequencer too if {@code certify.donors} names it, unless one was named for it alone. A donor
 * that falls silent or cannot is replaced, by one that gives it already if there is one; when nobody is
 * left the sequencer gives it itself. Of a sequencer. [volatile]
 */
final class Donors {
  private final Certify certify;
  private final List<String> preferred;
  private final Map<Long, NodeId> wanted = new TreeMap<>(); // by store of the receiver

  Donors(Certify certify) {
    this.certify = certify;
    this.preferred = certify.options.donors();
  }

  /** Who was added by a membership should get its first snapshot from this donor. */
  void prefer(Membership next, NodeId donor) {
    for (Member m : next.members()) {
      if (Memberships.find(certify.configs.current(), m.node()) == null) {
        wanted.put(m.storeId(), donor);
      }
    }
  }

  /** The log no longer reaches back to what the peer has. */
  void begin(Peer p) {
    p.snapshot(certify.log.base());
    p.refused.clear();
    p.with = List.of();
    choose(p);
  }

  private void choose(Peer p) {
    p.donor = best(p);
    p.with = wanted.containsKey(p.store) ? List.of() : others(p);
    if (p.donor == null) {
      certify.out.needSnapshot(p.node, p.snapshotAt, p.with);
    } else {
      ask(p);
    }
  }

  private void ask(Peer p) {
    p.donorAskedMs = certify.timers.nowMs();
    certify.out.send(
        p.donor.node,
        Lane.CONTROL,
        new Donate(certify.self.storeId(), certify.view(), p.store, p.snapshotAt, p.with));
  }

  private List<NodeId> others(Peer p) {
    List<Peer> able = new ArrayList<>();
    for (Peer q : certify.peers.all()) {
      if (q != p && q != p.donor && !q.desynced && able(q, p)) {
        able.add(q);
      }
    }
    able.sort((a, b) -> isBetter(a, b, p) ? -1 : isBetter(b, a, p) ? 1 : 0);
    List<NodeId> nodes = new ArrayList<>();
    able.forEach(q -> nodes.add(q.node));
    NodeId self = certify.self.node();
    if (p.donor != null && preferred.contains(self.name())) {
      long before = nodes.stream().filter(node -> rank(node, p) < rank(self, p)).count();
      nodes.add((int) before, self);
    }
    return nodes;
  }

  private Peer best(Peer p) {
    Peer best = null;
    for (Peer q : certify.peers.all()) {
      if (q != p && able(q, p) && (best == null || isBetter(q, best, p))) {
        best = q;
      }
    }
    boolean gives = best != null && p.with.contains(best.node);
    boolean self = best != null && rank(certify.self.node(), p) < rank(best.node, p);
    return self && !gives ? null : best;
  }

  private boolean able(Peer q, Peer p) {
    return (q.role == Role.VOTER || q.role == Role.LEARNER)
        && q.state == Peer.State.STREAM
        && q.delivered >= p.snapshotAt
        && !silent(q)
        && !p.refused.contains(q.store)
        && !certify.laggards.has(q.store);
  }

  private boolean silent(Peer q) {
    return certify.timers.nowMs() - q.contactMs >= 2 * certify.options.suspectMs();
  }

  private boolean isBetter(Peer q, Peer than, Peer p) {
    boolean gives = p.with.contains(q.node);
    if (gives != p.with.contains(than.node)) {
      return gives;
    }
    int byName = Integer.compare(rank(than.node, p), rank(q.node, p));
    if (byName != 0) {
      return byName > 0;
    } else if (q.desynced != than.desynced) {
      return than.desynced;
    }
    int byWork = Integer.compare(gives(than), gives(q));
    return byWork != 0 ? byWork > 0 : q.delivered > than.delivered;
  }

  /** The less the more wanted. */
  private int rank(NodeId node, Peer p) {
    if (node.equals(wanted.get(p.store))) {
      return -1;
    }
    int at = preferred.indexOf(node.name());
    return at < 0 ? preferred.size() : at;
  }

  private int gives(Peer donor) {
    int gives = 0;
    for (Peer p : certify.peers.all()) {
      gives += p.state == Peer.State.SNAPSHOT && p.donor == donor ? 1 : 0;
    }
    return gives;
  }

  /** Asks again, since questions and answers get lost; looks for another one if it is silent. */
  void tick() {
    for (Peer p : certify.peers.all()) {
      if (p.state != Peer.State.SNAPSHOT || p.donor == null) {
        continue;
      }
      if (silent(p.donor) || certify.peers.findStore(p.donor.store) != p.donor) {
        next(p);
      } else if (certify.timers.nowMs() - p.donorAskedMs >= 10 * certify.options.heartbeatMs()) {
        ask(p);
      }
    }
  }

  /** A donor has ended. */
  void ended(NodeId from, Donated m) {
    Peer p = certify.peers.findStore(m.to());
    if (certify.sequencing() == null
        || p == null
        || p.state != Peer.State.SNAPSHOT
        || p.donor == null
        || !p.donor.node.equals(from)) {
      return;
    }
    if (m.ok()) {
      wanted.remove(p.store);
      p.donor = null;
      p.probeFrom(Math.min(m.slot(), certify.log.last()) + 1);
    } else {
      next(p);
    }
  }

  /** Who gets it may be the one that is gone: then nobody else is asked before it is heard again. */
  private void next(Peer p) {
    p.refused.add(p.donor.store);
    if (silent(p)) {
      p.donor = null;
      p.probeFrom(p.acked + 1);
      p.paused = true;
    } else {
      choose(p);
    }
  }
}
