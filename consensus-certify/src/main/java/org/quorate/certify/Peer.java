package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/**
 * What a member knows of another one; all [volatile], the second half used by a sequencer only.
 *
 * <pre>
 * PROBE      one message at a time, until the logs are known to agree
 *   acknowledgement → STREAM      log no longer reaches back → SNAPSHOT
 * STREAM     a window of slots on the way, {@code next} ahead of {@code acked}
 *   gap, connection made again → PROBE
 * SNAPSHOT   nothing is sent until the snapshot has ended
 *   sent, failed → PROBE          acknowledgement at or above our first slot → STREAM
 * </pre>
 */
final class Peer {
  /** See the table above. */
  enum State {
    PROBE,
    STREAM,
    SNAPSHOT
  }

  final NodeId node;
  final long store;
  Role role;
  boolean desynced; // an operator works on it: nobody waits for it
  long acked; // in the view: its log is the view's up to here, on disk; never falls in a view
  long delivered; // as it said last
  long contactMs; // when it was last heard
  CertifyMessage.Promise promise; // to the view that is proposed; null for none
  int answer; // to a canvass or a proposal: 1 granted, -1 refused, 0 none
  long tailRound; // newest round of reads it answered in the view
  long tailSlot; // and what it said

  State state = State.PROBE;
  long next; // first slot to send
  boolean paused; // PROBE: a message is on the way
  boolean verify; // STREAM: ask whether what is on the way arrived
  long toldStable;
  long snapshotAt;
  Peer donor; // SNAPSHOT: who gives it, null for this node
  List<NodeId> with = List.of(); // SNAPSHOT: who may give it together with the donor
  long donorAskedMs; // when it was told so last
  final List<Long> refused = new ArrayList<>(); // stores that could not give it
  long inBudgetMs; // when its lag was within the budget last
  long ackedAtBeat; // acked when the last heartbeat left

  Peer(Member member, long nowMs) {
    node = member.node();
    store = member.storeId();
    role = member.role();
    contactMs = nowMs;
    inBudgetMs = nowMs;
  }

  boolean is(Member member) {
    return member.node().equals(node) && member.storeId() == store;
  }

  boolean votes() {
    return Memberships.votes(role);
  }

  /** Another view: nothing is known of its log. */
  void newView(long nextSlot) {
    acked = 0;
    answer = 0;
    promise = null;
    tailRound = 0;
    toldStable = 0;
    state = State.PROBE;
    donor = null;
    with = List.of();
    next = nextSlot;
    paused = false;
    verify = false;
  }

  void probeFrom(long slot) {
    with = List.of();
    state = State.PROBE;
    next = Math.max(acked + 1, slot);
    paused = false;
    verify = false;
  }

  void snapshot(long at) {
    state = State.SNAPSHOT;
    snapshotAt = at;
  }

  /** Its log is ours up to {@code slot}. */
  void acknowledged(long slot) {
    acked = Math.max(acked, slot);
    if (state == State.STREAM) {
      next = Math.max(next, acked + 1);
    } else if (state == State.PROBE || acked >= snapshotAt) {
      donor = null;
      with = List.of();
      state = State.STREAM;
      next = acked + 1;
      paused = false;
    }
  }

  /** What it has, or is about to have by a snapshot. */
  long has() {
    return state == State.SNAPSHOT ? Math.max(acked, snapshotAt) : acked;
  }

  @Override
  public String toString() {
    return role.name().toLowerCase(java.util.Locale.ROOT)
        + " "
        + state
        + (desynced ? " desynced" : "")
        + (donor == null ? "" : " from " + donor.node)
        + (with.isEmpty() ? "" : " with " + with)
        + (paused ? " paused" : "")
        + " acked "
        + acked
        + " next "
        + next
        + " delivered "
        + delivered;
  }
}
