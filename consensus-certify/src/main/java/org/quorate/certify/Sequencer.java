package org.quorate.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Beat;
import org.quorate.certify.CertifyMessage.Order;
import org.quorate.certify.CertifyMessage.TakeOver;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Tickets;
import org.quorate.spi.transport.Lane;

/** What the sequencer of a view has beyond another member; made anew with each view. [volatile] */
final class Sequencer implements RoleState {
  private final Certify certify;
  private final Tickets tickets = new Tickets();
  private HandOver handOver; // null when none is under way
  private long viewStart; // the view's first slot of its own
  private long beatMs;
  private List<Entry> cut; // what the last peer was sent: mostly the next one's too
  private long cutFrom;

  Sequencer(Certify certify) {
    this.certify = certify;
  }

  @Override
  public String word() {
    return "sequencer";
  }

  /** Orders what waits already, in the order of the origins' stores as they were heard. */
  void begin() {
    viewStart = certify.log.last();
    for (Peer p : certify.peers.all()) {
      p.contactMs = certify.timers.nowMs();
      p.inBudgetMs = certify.timers.nowMs();
      p.next = Math.min(p.next, viewStart);
    }
    certify.own.orderAll();
    for (long store : certify.pool.stores()) {
      orderFrom(store);
    }
    beat();
  }

  Tickets tickets() {
    return tickets;
  }

  HandOver handOver() {
    return handOver;
  }

  void handOver(HandOver next) {
    handOver = next;
  }

  /** Whether all that was ordered before the view is stable. */
  boolean established() {
    return certify.stable() >= viewStart;
  }

  /**
   * Whether a quorum has this view's first slot, so that every later view begins with a log that has
   * it. It may come without being stable: before it may stand a payload that too few of those that
   * keep payloads are left for, until one of them is removed.
   */
  boolean anchored() {
    long mine = certify.disk.durable();
    return certify.peers.quorum(p -> p.acked, mine) >= viewStart;
  }

  /** Orders what an origin sent, by its counters, as far as there is no gap. */
  void orderFrom(long store) {
    Peer origin = certify.peers.findStore(store);
    if (origin == null || origin.role != Role.VOTER) {
      return;
    }
    long incarnation = certify.pool.incarnation(store);
    if (incarnation < certify.mids.incarnation(store)) {
      return;
    }
    long counter = certify.mids.counter(store, incarnation) + 1;
    Bytes payload = certify.pool.get(store, incarnation, counter);
    while (payload != null) {
      certify.append(Entry.payload(certify.view(), store, incarnation, counter++, payload));
      payload = certify.pool.get(store, incarnation, counter);
    }
  }

  void tick() {
    long now = certify.timers.nowMs();
    // Without a quorum it falls silent, heartbeats included, since they would keep others from
    // finding a sequencer that has one.
    if (now - certify.peers.quorum(p -> p.contactMs, now) >= 2 * certify.options.suspectMs()) {
      stepDown();
      return;
    }
    if (handOver != null) {
      handOver.tick();
    }
    certify.donors.tick();
    if (now - beatMs >= certify.options.heartbeatMs()) {
      certify.compaction().floor(certify.peers.floor());
      if (established()) {
        certify.flow.judge();
      }
      if (anchored()) {
        certify.deadMembers.judge();
      }
      beat();
    }
  }

  private void beat() {
    beatMs = certify.timers.nowMs();
    for (Peer p : certify.peers.all()) {
      beat(p, true);
    }
  }

  private void beat(Peer p, boolean reply) {
    p.toldStable = certify.stable();
    if (reply) {
      p.ackedAtBeat = p.acked;
    }
    certify.out.send(
        p.node,
        Lane.CONTROL,
        new Beat(
            certify.self.storeId(),
            certify.view(),
            certify.stable(),
            certify.peers.floor(),
            certify.flow.slowest(),
            p.state == Peer.State.SNAPSHOT,
            reply));
  }

  // ---- order records -----------------------------------------------------------------------

  /** Sends each member the order records it lacks, as far as its window allows. */
  void send() {
    cut = null;
    for (Peer p : certify.peers.all()) {
      if (p.state == Peer.State.SNAPSHOT || p.state == Peer.State.PROBE && p.paused) {
        continue;
      }
      if (p.next <= certify.log.base()) {
        certify.donors.begin(p);
      } else if (p.state == Peer.State.PROBE) {
        send(p, batchEnd(p));
        p.paused = true;
      } else {
        stream(p);
      }
    }
  }

  private void stream(Peer p) {
    boolean sent = false;
    while (p.next <= certify.log.last() && p.next - p.acked <= certify.options.inflightCount()) {
      long to = batchEnd(p);
      send(p, to);
      p.next = to + 1;
      sent = true;
    }
    if (p.verify && !sent) {
      send(p, p.next - 1); // what is unanswered may be lost: it says where the gap is
    }
    p.verify = false;
  }

  /** Last slot of the next message: bounded in slots, and in bytes of payload that go with it. */
  private long batchEnd(Peer p) {
    long end = Math.min(certify.log.last(), p.next + certify.options.inflightCount() - 1);
    long room = certify.options.batchBytes();
    for (long slot = p.next; slot <= end; slot++) {
      Entry e = certify.log.entry(slot);
      room -= 1;
      if (e.body() != null && (!e.isPayload() || e.store == certify.self.storeId())) {
        room -= e.body().length();
      }
      if (room < 0 && slot > p.next) {
        return slot - 1;
      }
    }
    return end;
  }

  private void send(Peer p, long to) {
    long prev = p.next - 1;
    p.toldStable = certify.stable();
    if (cut == null || cutFrom != p.next || cut.size() != to - prev) {
      cut = certify.log.entries(p.next, to);
      cutFrom = p.next;
    }
    certify.out.send(
        p.node,
        Lane.DATA,
        new Order(
            certify.self.storeId(),
            certify.view(),
            prev,
            certify.log.view(prev),
            certify.stable(),
            cut,
            p.role == Role.WITNESS ? 0 : certify.self.storeId()));
  }

  // ---- the rest ----------------------------------------------------------------------------

  void afterDelivery() {
    long stable = certify.stable();
    tickets.decidedTo(stable, certify.out);
    for (Peer p : certify.peers.all()) {
      if (p.toldStable < stable && p.state == Peer.State.STREAM && certify.tellsStable(p)) {
        beat(p, false);
      }
    }
    if (certify.configs.index() <= stable && certify.listed() != Role.VOTER) {
      Peer best = certify.peers.best();
      if (best != null) {
        certify.out.send(
            best.node, Lane.CONTROL, new TakeOver(certify.self.storeId(), certify.view()));
      }
      stepDown(); // its removal is stable
    } else if (handOver != null) {
      handOver.advance();
    }
  }

  /** Sequences no more, in the same view. */
  private void stepDown() {
    certify.role = Follower.INSTANCE;
    certify.sequencer = null;
    certify.timers.drawTimeout();
    certify.tails.viewChanged();
    resign(null, false);
  }

  /** Ends what callers wait for: it may still be ordered, by somebody else. */
  void resign(NodeId hint, boolean deposed) {
    tickets.giveUp(certify.out, hint);
    if (handOver != null) {
      handOver.ended(deposed, hint);
    }
  }
}
