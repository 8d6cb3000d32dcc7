package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/**
 * What a leader knows of one peer; all [volatile], made anew with each term.
 *
 * <pre>
 * PROBE      one message at a time, until the logs are known to agree
 *   success → REPLICATE      log no longer reaches back → SNAPSHOT
 * REPLICATE  a window of messages on the way, {@code next} ahead of {@code match}
 *   refusal, connection made again → PROBE
 * SNAPSHOT   nothing is sent until the snapshot has ended
 *   sent, failed → PROBE     success at or above our first entry → REPLICATE
 * </pre>
 */
final class Progress {
  /** See the table above. */
  enum State {
    PROBE,
    REPLICATE,
    SNAPSHOT
  }

  final NodeId node;
  final long store;
  final Inflights inflights;
  boolean voter; // counts in the membership in force
  State state = State.PROBE;
  long match; // durable and equal to our log there; never falls; < next
  long next; // first entry to send; in PROBE: the entry after the one to compare
  boolean paused; // PROBE: a message is on the way
  boolean verify; // REPLICATE: ask whether what is on the way arrived
  long contactMs; // when it was last heard
  long readContext; // newest round of reads it confirmed
  long sentCommit; // what it was last told
  long snapshotAt; // SNAPSHOT: index asked for

  Progress(Member member, long next, long nowMs, RaftOptions options) {
    node = member.node();
    store = member.storeId();
    voter = member.role() == Role.VOTER;
    inflights = new Inflights(options.inflightCount(), options.inflightBytes());
    this.next = next;
    contactMs = nowMs;
  }

  boolean is(Member member) {
    return member.node().equals(node) && member.storeId() == store;
  }

  void probeFrom(long index) {
    state = State.PROBE;
    next = Math.max(match + 1, index);
    paused = false;
    verify = false;
    inflights.clear();
  }

  void snapshot(long at) {
    state = State.SNAPSHOT;
    snapshotAt = at;
    inflights.clear();
  }

  /** The peer has our log up to {@code index} on disk. */
  void matched(long index) {
    match = Math.max(match, index);
    if (state == State.REPLICATE) {
      next = Math.max(next, match + 1);
      inflights.freeTo(match);
    } else {
      state = State.REPLICATE;
      next = match + 1;
      paused = false;
      inflights.clear();
    }
  }

  /** What it has, or is about to have by a snapshot. */
  long has() {
    return state == State.SNAPSHOT ? Math.max(match, snapshotAt) : match;
  }

  @Override
  public String toString() {
    return node
        + (voter ? "" : " (learner)")
        + " "
        + state
        + (paused ? " paused" : "")
        + " match="
        + match
        + " next="
        + next
        + " inflight="
        + inflights.count();
  }
}
