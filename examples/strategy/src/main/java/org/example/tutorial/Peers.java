package org.example.tutorial;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.example.tutorial.TutorialMessage.Accept;
import org.example.tutorial.TutorialMessage.Heartbeat;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.transport.Lane;

/** The members as their leader sees them: what each has, what a quorum has, what each is sent. */
final class Peers {
  private final TutorialLoglet node;
  private final Ballot ballot;
  private final TreeMap<NodeId, Peer> peers = new TreeMap<>();
  private Membership membership;

  /**
   * The members now.
   *
   * @param top they may have all up to here
   */
  Peers(TutorialLoglet node, Ballot ballot, long top) {
    this.node = node;
    this.ballot = ballot;
    take(node.learner().membership(), top);
  }

  /** Goes by another membership; who stays keeps what is known of it. */
  void take(Membership next, long top) {
    membership = next;
    Map<NodeId, Peer> before = new TreeMap<>(peers);
    peers.clear();
    for (Member member : next.members()) {
      Peer peer = before.get(member.node());
      if (!member.node().equals(node.self())) {
        boolean same = peer != null && peer.member.storeId() == member.storeId();
        peers.put(member.node(), same ? peer.as(member) : new Peer(member, top + 1, node.nowMs()));
      }
    }
  }

  Membership membership() {
    return membership;
  }

  Collection<Peer> all() {
    return peers.values();
  }

  Peer get(NodeId member) {
    return peers.get(member);
  }

  /** The member that a message came from, or null if another store sent it. */
  Peer find(NodeId from, long store) {
    Peer peer = peers.get(from);
    if (peer == null || peer.member.storeId() != store) {
      return null;
    }
    peer.heardMs = node.nowMs();
    return peer;
  }

  /** The other voter that has most; null for none. */
  Peer successor() {
    Peer best = null;
    for (Peer peer : peers.values()) {
      if (node.votes(peer.member) && (best == null || best.match < peer.match)) {
        best = peer;
      }
    }
    return best;
  }

  /**
   * The highest that a quorum of the voters reaches.
   *
   * @param own what this node has
   */
  long agreed(ToLongFunction<Peer> of, long own) {
    List<NodeId> voters = membership.voters();
    long[] values = new long[voters.size()];
    for (int i = 0; i < values.length; i++) {
      Peer peer = peers.get(voters.get(i));
      values[i] = peer == null ? own : of.applyAsLong(peer);
    }
    Arrays.sort(values);
    return values[values.length - node.quorum(values.length)];
  }

  /** Sends what it may lack, up to a slot; a snapshot if that was forgotten. */
  void replicate(Peer peer, long upTo, Effects out) {
    Acceptor acceptor = node.acceptor();
    long previous = peer.next - 1;
    if (previous < acceptor.base()) {
      peer.snapshot = true;
      out.needSnapshot(peer.member.node(), acceptor.base());
      return;
    }
    List<Entry> entries = acceptor.entries(peer.next, upTo, node.options().batchBytes());
    peer.probe = false;
    peer.told = node.learner().decided();
    peer.sentMs = node.nowMs();
    out.send(peer.member.node(), Lane.DATA, new Accept(ballot, previous, peer.told, entries));
  }

  /** Shows that the leader is there, and asks whether it still leads. */
  void heartbeat(Peer peer, long round, Effects out) {
    peer.told = node.learner().decided();
    out.send(peer.member.node(), Lane.CONTROL, new Heartbeat(ballot, peer.told, round));
  }
}
