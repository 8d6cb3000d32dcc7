package org.quorate.core.replica;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.link.Standing;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.swap.Beyond;
import org.quorate.core.swap.SwapMachine;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Membership;

/**
 * What replicas of the group send each other about their links: hands a protocol's frames to its
 * link, and finds out, from frames of links that are not open here, who has to be brought on. On the
 * group's loop.
 */
final class LinkFrames {
  /** What it needs of the replica. */
  interface Owner {
    /** Sends one at or after a point, together with others. */
    void sendSnapshot(NodeId to, LogPoint point, List<NodeId> with);

    void askForSnapshot(NodeId peer);
  }

  private final long history;
  private final ReplicaEnvironment environment;
  private final OpenLinks open;
  private final Owner owner;
  private final Standings standings;
  private SwapMachine machine;

  LinkFrames(long history, ReplicaEnvironment environment, OpenLinks open, Owner owner) {
    this.history = history;
    this.environment = environment;
    this.open = open;
    this.owner = owner;
    this.standings =
        new Standings(environment, body -> frame(Frame.Kind.CHAIN, body), owner::askForSnapshot);
  }

  /** Whose durable state the others are told of. */
  void connect(SwapMachine last) {
    machine = last;
  }

  /** A frame of the group, not of a link. */
  Frame frame(Frame.Kind kind, Bytes body) {
    Chain.Link active = open.chain().active();
    return new Frame(
        kind,
        history,
        active.epoch(),
        active.planId(),
        environment.storeId(),
        environment.incarnation(),
        body);
  }

  /** A protocol message of some link. Throws MalformedException. */
  void receive(NodeId from, Frame frame) {
    LinkSlot slot = open.find(frame.planId());
    long active = open.chain().active().epoch();
    if (slot != null && slot.link().epoch() == frame.epoch()) {
      slot.received(from, frame.body());
      if (frame.epoch() > active) {
        // The sender may have retired the link that is active here: who only listens on that one
        // would wait for its seal for ever.
        standings.ask(from);
      }
    } else if (frame.epoch() < open.oldest()) {
      standings.answer(from, standing());
    } else if (frame.epoch() > active) {
      standings.ask(from);
    }
  }

  /**
   * A peer tells how far it is. Throws MalformedException.
   *
   * @return whether that may move a swap on
   */
  boolean heard(NodeId from, Frame frame) {
    Standing theirs = Standing.decode(frame.body());
    standings.heard(frame.storeId(), theirs);
    if (theirs.asks()) {
      standings.answer(from, standing());
    }
    if (theirs.oldest() > open.chain().active().epoch()) {
      standings.ask(from);
      return false;
    }
    return true;
  }

  /** A peer asks to be brought on: only if no link of ours can do it. */
  void asked(NodeId peer, LogPoint point) {
    if (point.epoch() < open.oldest()) {
      owner.sendSnapshot(peer, new LogPoint(open.oldest(), 0), List.of());
    } else if (point.epoch() < open.chain().active().epoch() && !brought(peer)) {
      LogPoint begin = new LogPoint(open.chain().active().epoch(), 0);
      owner.sendSnapshot(peer, begin, List.of());
    }
  }

  /**
   * Whether the sealed link brings a peer to its end, as far as is known here, or no durable state
   * beyond it is here. Once the seal is delivered, later changes of the members may leave the sealed
   * link without a quorum, or add who is no member of it.
   */
  private boolean brought(NodeId peer) {
    Chain chain = open.chain();
    LinkSlot sealed = chain.predecessor() == null ? null : open.find(chain.predecessor().planId());
    if (sealed == null || machine.durableEpoch() < chain.active().epoch()) {
      return true;
    }
    LinkStatus status = sealed.status();
    return status.hint() != null && status.membership().find(peer).isPresent();
  }

  /** A newer state is durable: the others should hear of it soon. */
  void durable() {
    standings.news();
  }

  /**
   * Tells the members now and then, until the sealed link is retired; once also behind that, for some
   * may wait for this replica's checkpoint with theirs.
   */
  void tick(long nowMs) {
    Chain chain = open.chain();
    long durable = machine.durableEpoch();
    if (durable == chain.active().epoch()
        && (chain.predecessor() != null || standings.told() < durable)) {
      standings.report(nowMs, chain.active().members(), standing());
    }
  }

  /** How much of a membership is known to need no link before the active one any more. */
  Beyond beyond(Membership membership) {
    return standings.beyond(membership, standing());
  }

  /** Members whose checkpoint behind the seal comes before this one's, and is not known of. */
  int ahead(Membership membership, NodeId leads) {
    return standings.ahead(membership, leads, standing());
  }

  /** Asks these how far they are: what is known of them here goes with a restart. */
  void inquire(List<NodeId> peers) {
    for (NodeId peer : peers) {
      if (!peer.equals(environment.node())) {
        standings.inquire(peer, standing());
      }
    }
  }

  private Standing standing() {
    return new Standing(
        open.chain().active().epoch(), open.oldest(), machine.durableEpoch(), false);
  }
}
