package org.quorate.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.certify.CertifyMessage.Prepare;
import org.quorate.certify.CertifyMessage.Promise;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/**
 * Changes the view. Of the logs that a quorum of promises tells, the one whose last slot is of the
 * latest view, and among those the longest, becomes the log of the new view: whatever was stable is
 * in it. It is taken over promise by promise: an entry that a better log does not have was never
 * stable, so it may go at once. Slots beyond the stable ones are kept, not dropped.
 */
final class Proposer implements RoleState {
  private final Certify certify;
  private final long from;
  private final boolean handOver;
  private long askedMs;

  Proposer(Certify certify, boolean handOver) {
    this.certify = certify;
    this.handOver = handOver;
    from = certify.stable();
  }

  @Override
  public String word() {
    return "proposer";
  }

  /** Asks who has not promised; what it asks for leaves when its own promise is on disk. */
  void ask() {
    askedMs = certify.timers.nowMs();
    for (Peer p : certify.peers.all()) {
      if (p.votes() && p.answer == 0) {
        certify.promises.add(
            p.node,
            Lane.CONTROL,
            new Prepare(
                certify.self.storeId(),
                certify.view(),
                from,
                certify.log.complete(),
                certify.log.view(certify.log.complete()),
                handOver));
      }
    }
  }

  void tick() {
    if (certify.timers.nowMs() - askedMs >= certify.options.heartbeatMs()) {
      ask();
    }
  }

  void promised(Peer peer, Promise m) {
    if (m.from() < from || peer.answer != 0) {
      return;
    }
    boolean better = m.ok() && isBetter(m) && certify.rules.takesBetterLogs();
    if (!m.ok() || better && m.from() > from && !m.fromView().equals(certify.log.view(m.from()))) {
      peer.answer = -1; // or what is between is not known here: a snapshot has to come first
      return;
    }
    peer.answer = 1;
    peer.promise = m;
    int known = certify.peers.voting();
    if (better) {
      take(m);
    }
    if (certify.halted() != null) {
      return;
    }
    // What is stable is so for ever, a membership too: else one before it would still be counted.
    if (agrees(m)) {
      certify.foundStable(Math.min(m.stable(), common(m)));
    }
    if (certify.peers.voting() != known) {
      ask(); // a membership with more members was in it
    }
  }

  private boolean isBetter(Promise m) {
    int byView = m.lastView().compareTo(certify.log.lastView());
    return byView > 0 || byView == 0 && m.last() > certify.log.last();
  }

  private void take(Promise m) {
    long slot = m.from();
    for (Entry e : m.entries()) {
      slot++;
      if (slot <= certify.log.last()) {
        if (slot <= certify.log.base() || e.view.equals(certify.log.view(slot))) {
          continue;
        }
        certify.truncateFrom(slot);
        if (certify.halted() != null) {
          return;
        }
      }
      certify.append(e);
    }
  }

  /**
   * Whether {@link #common} is known to hold the same: where the peer's log begins behind what is stable
   * here, ours may have another slot, of a view that came to nothing.
   */
  private boolean agrees(Promise m) {
    long slot = common(m);
    return slot > m.from() || slot == m.from() && m.fromView().equals(certify.log.view(slot));
  }

  /** Up to where the peer's log may be ours: it is, of those slots that the peer told. */
  private long common(Promise m) {
    List<Entry> entries = m.entries();
    long slot = Math.min(m.last(), certify.log.last());
    while (slot > m.from()
        && !entries.get((int) (slot - m.from() - 1)).view.equals(certify.log.view(slot))) {
      slot--;
    }
    return slot;
  }

  /** Leads as soon as a quorum promised and no payload is missing that may have been stable. */
  void advance() {
    boolean mine = certify.hard.durablePromised().equals(certify.view());
    if (certify.peers.quorum(p -> p.answer, mine ? 1 : 0) < 1) {
      return;
    }
    long missing = certify.log.missing();
    if (missing > certify.stable() && certify.rules.mayVoid(nobodyKept(missing))) {
      voidFrom(missing);
      missing = certify.halted() == null ? certify.log.missing() : 1;
    }
    if (missing == 0) {
      for (Peer p : certify.peers.all()) {
        if (p.promise != null) {
          p.next = common(p.promise) + 1;
        }
      }
      certify.views.lead();
    }
  }

  /**
   * Whether a payload, whose order only witnesses have, cannot have been stable: who promised and
   * keeps payload does not have it, and the others are not more than half.
   */
  private boolean nobodyKept(long slot) {
    for (Peer p : certify.peers.all()) {
      if (p.promise != null && p.role != Role.WITNESS && common(p.promise) >= slot) {
        return false; // it gives it to us
      }
    }
    return certify.peers.nobodyElseKeeps(p -> p.promise == null ? 1 : 0);
  }

  /**
   * Orders the rest again in this view, with nothing in the place of what nobody has: a slot that was
   * given to one message is never given to another. What the same origin sent after it was not
   * stable either and gives way too; the origin submits it again.
   */
  private void voidFrom(long slot) {
    List<Entry> rest = certify.log.entries(slot, certify.log.last());
    certify.truncateFrom(slot);
    for (Entry e : rest) {
      boolean kept =
          !e.isPayload()
              || e.body() != null && certify.mids.isNext(e.store, e.incarnation, e.counter);
      certify.append(
          kept ? e.in(certify.view()) : Entry.of(certify.view(), Entry.NOOP, Bytes.EMPTY));
    }
  }

  boolean lost() {
    return certify.peers.quorum(p -> p.answer < 0 ? 0 : 1, 1) < 1;
  }
}
