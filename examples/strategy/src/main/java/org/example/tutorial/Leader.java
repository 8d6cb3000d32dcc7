package org.example.tutorial;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.example.tutorial.TutorialMessage.Accepted;
import org.example.tutorial.TutorialMessage.Heard;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.Tickets;

/**
 * Phase 2: proposes values for one slot after the other and counts who has them on disk.
 *
 * <p>A membership is proposed alone: nothing comes behind it before it is decided by the voters before
 * it <em>and</em> a quorum of the voters in it knows that for good. From then on the former can go.
 */
final class Leader {
  private static final int MAX_LAG = 1_000;

  private record Waiting(long slot, Submission submission) {}

  private record Write(long number, long slot, long knows) {}

  private final TutorialLoglet node;
  private final Learner learner;
  private final Acceptor acceptor;
  private final TutorialOptions options;
  private final Ballot ballot;
  private final Peers peers;
  private final List<Entry> fresh = new ArrayList<>();
  private final ArrayDeque<Write> writes = new ArrayDeque<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final Reads reads = new Reads();
  private final Tickets seals = new Tickets();
  private final Tickets changes = new Tickets();
  private final long found; // what may have been acknowledged before this leader
  private boolean settled; // a quorum knows the membership for good
  private boolean changing; // a membership is not settled: nothing is proposed behind it
  private long written; // slots handed to the disk
  private long durable; // slots known on the own disk
  private long knows; // memberships known for good by the own disk
  private long undecidedBytes;
  private long sealSlot;
  private long sealPlan;
  private long heartbeatMs;
  private HandOver handOver;

  /**
   * Begins.
   *
   * @param chosen what phase 1 found, from the slot after what is decided
   */
  Leader(TutorialLoglet node, Ballot ballot, List<Entry> chosen) {
    this.node = node;
    this.ballot = ballot;
    learner = node.learner();
    acceptor = node.acceptor();
    options = node.options();
    written = learner.decided();
    durable = written;
    knows = learner.membershipSlot();
    heartbeatMs = node.nowMs();
    peers = new Peers(node, ballot, written);
    chosen.forEach(this::propose);
    found = top();
  }

  Ballot ballot() {
    return ballot;
  }

  /** The last slot proposed. */
  private long top() {
    return written + fresh.size();
  }

  private long propose(Entry entry) {
    fresh.add(entry);
    undecidedBytes += entry.bytes();
    changing |= entry.kind() == Entry.Kind.MEMBERSHIP;
    return top();
  }

  // ---- what is asked of it -------------------------------------------------------------------

  void on(Event event, Effects out) {
    if (event instanceof Event.Submitted e) {
      e.submissions().forEach(submission -> submit(submission, out));
    } else if (event instanceof Event.ReadTail e) {
      read(e, out);
    } else if (event instanceof Event.Seal e) {
      seal(e, out);
    } else if (event instanceof Event.Configure e) {
      configure(e, out);
    } else if (event instanceof Event.HandOver e) {
      handOver(e, out);
    } else {
      throw new IllegalArgumentException("event " + event);
    }
  }

  private void submit(Submission submission, Effects out) {
    Entry entry = Entry.payload(submission.payload());
    Refusal why = objection();
    if (entry.bytes() > options.windowBytes()) {
      String limit = TutorialOptions.WINDOW_BYTES.name() + "=" + options.windowBytes();
      why = new Refusal.Invalid(entry.bytes() + " bytes are over " + limit);
    } else if (undecidedBytes > 0 && undecidedBytes + entry.bytes() > options.windowBytes()) {
      why = busy(TutorialOptions.WINDOW_BYTES.name());
    }
    if (why != null) {
      out.refuse(submission, why);
    } else {
      waiting.add(new Waiting(propose(entry), submission));
    }
  }

  /** Why nothing is proposed now, or null. */
  private Refusal objection() {
    if (handOver != null) {
      return busy("leadership goes to " + handOver.to().node());
    }
    return changing ? busy("the membership changes") : null;
  }

  private Refusal.Busy busy(String limit) {
    return new Refusal.Busy(limit, options.heartbeatMs());
  }

  private void read(Event.ReadTail event, Effects out) {
    if (changing) {
      // What is behind the change may have been decided by voters that were not asked yet.
      out.refuse(event.request(), busy("the membership changes"));
    } else {
      reads.add(event.request(), Math.max(found, learner.decided()));
    }
  }

  /** A plan's seal is proposed once; asked for again it is answered when that one is decided. */
  private void seal(Event.Seal event, Effects out) {
    boolean known = sealSlot > 0 && sealPlan == event.seal().planId();
    Refusal why = known ? null : objection();
    if (!known && !event.seal().membership().equals(peers.membership())) {
      why =
          new Refusal.Invalid(
              "planned on " + event.seal().membership() + ", not " + peers.membership());
    }
    if (why != null || known && sealSlot <= learner.decided()) {
      out.answer(event.ticket(), why);
      return;
    }
    if (!known) {
      sealPlan = event.seal().planId();
      sealSlot = propose(Entry.seal(event.seal()));
    }
    seals.add(sealSlot, event.ticket());
  }

  private void configure(Event.Configure event, Effects out) {
    if (event.next().equals(peers.membership())) {
      changes.add(learner.membershipSlot(), event.ticket()); // asked again
      return;
    }
    Refusal why = objection();
    String invalid = MembershipChange.objection(peers.membership(), event.next());
    Member promoted = MembershipChange.promoted(peers.membership(), event.next());
    if (why == null && !settled) {
      why = busy("the membership before is not known to a quorum yet");
    } else if (why == null && sealSlot > learner.decided()) {
      why = busy("the link is being sealed");
    } else if (why == null && invalid != null) {
      why = new Refusal.Invalid(invalid);
    } else if (why == null && promoted != null && isBehind(peers.get(promoted.node()))) {
      why = busy("learner " + promoted.node() + " is catching up");
    }
    if (why != null) {
      out.answer(event.ticket(), why);
    } else {
      changes.add(propose(Entry.membership(event.next())), event.ticket());
    }
  }

  /** Who is made a voter too early holds up every decision. */
  private boolean isBehind(Peer peer) {
    return peer.match < Math.max(found, learner.decided() - MAX_LAG);
  }

  private void handOver(Event.HandOver event, Effects out) {
    Peer to = event.to() == null ? peers.successor() : peers.get(event.to());
    if (node.self().equals(event.to())) {
      out.answer(event.ticket(), null);
    } else if (handOver != null) {
      out.answer(event.ticket(), objection());
    } else if (to == null || !node.votes(to.member)) {
      out.answer(event.ticket(), new Refusal.Invalid(event.to() + " is no voter"));
    } else {
      handOver = new HandOver(to, event.ticket(), node.nowMs() + options.electionMs());
    }
  }

  // ---- what it hears -------------------------------------------------------------------------

  /** Its process says that it would answer if it could. */
  void busy(NodeId from) {
    Peer peer = peers.get(from);
    if (peer != null) {
      peer.heardMs = node.nowMs();
    }
  }

  void accepted(NodeId from, Accepted message) {
    Peer peer = peers.find(from, message.store());
    if (peer != null) {
      peer.match = Math.max(peer.match, Math.min(message.matched(), top()));
      peer.knows = Math.max(peer.knows, message.decided());
      peer.next = peer.match + 1;
      peer.sentMs = -1;
    }
  }

  void heard(NodeId from, Heard message) {
    Peer peer = peers.find(from, message.store());
    if (peer != null) {
      peer.round = Math.max(peer.round, message.round());
    }
  }

  void durable(long number) {
    while (!writes.isEmpty() && writes.peek().number() <= number) {
      Write write = writes.poll();
      durable = write.slot();
      knows = write.knows();
    }
  }

  /** What was on its way to it is gone. */
  void lostTouch(NodeId to) {
    Peer peer = peers.get(to);
    if (peer != null) {
      peer.sentMs = -1;
    }
  }

  /** Goes on behind a snapshot; when it failed, as after a lost message. */
  void snapshotSent(Event.SnapshotSent event) {
    Peer peer = peers.get(event.to());
    if (peer != null && peer.snapshot) {
      peer.snapshot = false;
      if (event.ok()) {
        peer.next = Math.max(peer.next, Math.min(event.inner(), written) + 1);
        peer.probe = true;
      } else {
        peer.sentMs = node.nowMs();
      }
    }
  }

  // ---- the end of a turn ---------------------------------------------------------------------

  /** Decides, writes and sends what the events of a turn have added up to. */
  void flush(Effects out) {
    node.decide(Math.min(peers.agreed(p -> p.match, durable), written), out);
    if (node.leading() == this) {
      settle(out);
    }
    if (node.leading() != this) {
      return;
    }
    write(out);
    boolean ask = reads.begin();
    for (Peer peer : peers.all()) {
      if (peer.sentMs < 0 && !peer.snapshot && (peer.probe || peer.next <= written)) {
        peers.replicate(peer, written, out);
      }
      if (ask || peer.sentMs < 0 && peer.told < learner.decided()) {
        peers.heartbeat(peer, reads.round(), out);
      }
    }
    if (!reads.isEmpty()) {
      reads.confirmed(peers.agreed(p -> p.round, reads.round()), out);
    }
    if (handOver != null && handOver.mayTell(learner.decided(), top())) {
      handOver.tell(ballot, learner.decided(), out);
    }
  }

  /** Writing and sending start together: the own disk is one voter among others. */
  private void write(Effects out) {
    if (!fresh.isEmpty()) {
      acceptor.accept(written, fresh, ballot, learner.decided(), out);
      written += fresh.size();
      fresh.clear();
      issued();
    }
  }

  private void issued() {
    writes.add(new Write(acceptor.newest().number(), written, learner.membershipSlot()));
  }

  /** All up to a slot is decided. */
  void decided(long from, long upTo, Effects out) {
    for (long slot = from + 1; slot <= upTo; slot++) {
      undecidedBytes -= acceptor.entry(slot).bytes();
    }
    while (!waiting.isEmpty() && waiting.peek().slot() <= upTo) {
      waiting.poll();
    }
    seals.decidedTo(upTo, out);
  }

  /**
   * The last slot decided has changed the membership. Goes on with it; but one that phase 1 found may
   * have been decided before, and others may have led behind it: false, for they have to be asked.
   */
  boolean membershipDecided(Effects out) {
    peers
        .all()
        .forEach(
            peer -> peers.heartbeat(peer, reads.round(), out)); // also to who is no member any more
    issued();
    settled = false;
    peers.take(learner.membership(), written);
    return learner.membershipSlot() > found;
  }

  private void settle(Effects out) {
    if (!settled && peers.agreed(p -> p.knows, knows) >= learner.membershipSlot()) {
      settled = true;
      changing &= learner.decided() < top();
    }
    if (settled) {
      changes.decidedTo(learner.membershipSlot(), out);
      if (!node.votes()) {
        leave(out);
      }
    }
  }

  /** This node is no voter any more: another one is to lead. */
  void leave(Effects out) {
    Peer next = peers.successor();
    if (next != null) {
      new HandOver(next, 0, 0).tell(ballot, learner.decided(), out);
    }
    node.giveUp(null, out);
  }

  /** False when no quorum was heard for so long that another may lead. */
  boolean tick(Effects out) {
    long now = node.nowMs();
    if (peers.agreed(p -> p.heardMs, now) < now - options.electionMs()) {
      return false;
    }
    boolean beat = now - heartbeatMs >= options.heartbeatMs();
    for (Peer peer : peers.all()) {
      if (peer.sentMs >= 0 && now - peer.sentMs > 2 * options.heartbeatMs()) {
        peer.sentMs = -1;
        peer.probe = true;
      }
      if (beat) {
        peer.probe |= peer.knows < learner.membershipSlot();
        peers.heartbeat(peer, reads.round(), out);
      }
    }
    if (beat) {
      heartbeatMs = now;
    }
    if (handOver != null && now >= handOver.deadlineMs()) {
      out.answer(handOver.ticket(), busy(handOver.to().node() + " did not take over in time"));
      handOver = null;
    }
    return true;
  }

  /**
   * Tells everyone who waits.
   *
   * @param hint who may know more, or null
   */
  void end(NodeId hint, Effects out) {
    waiting.forEach(w -> out.refuse(w.submission(), new Refusal.FateUnknown(hint)));
    reads.giveUp(hint, out);
    seals.giveUp(out, hint);
    changes.giveUp(out, hint);
    if (handOver != null) {
      boolean done = handOver.to().node().equals(hint);
      out.answer(handOver.ticket(), done ? null : new Refusal.FateUnknown(hint));
    }
  }

  void describe(Map<String, String> details) {
    peers.all().forEach(p -> details.put("peer." + p.member.node(), p.toString()));
  }
}
