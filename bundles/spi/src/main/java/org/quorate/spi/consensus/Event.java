package org.quorate.spi.consensus;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.storage.DurableToken;

/** What can happen to a pure loglet. There is nothing else: no clock, no thread, no disk. */
public sealed interface Event {
  /** Time has passed; monotonic, from an arbitrary start, never less than the tick before. */
  record Tick(long nowMs) implements Event {}

  /**
   * A message came in from the newest start of a node that is known here. The node need not be a
   * member, and its store need not be the one that a membership lists: a protocol that counts
   * answers compares store identities itself, by what it puts into its messages.
   */
  record Received(NodeId from, Message message) implements Event {}

  /** Payloads to order, in this order. */
  record Submitted(List<Submission> submissions) implements Event {}

  /** A write, and all before it, is on disk. */
  record Durable(DurableToken token) implements Event {}

  /** The group has applied everything delivered up to this index. */
  record Applied(long inner) implements Event {}

  /** Somebody wants to read. */
  record ReadTail(TailRequest request) implements Event {}

  /** The virtual log wants to end this link: the payload is ordered like any; may come again. */
  record Seal(long ticket, SealRecord seal) implements Event {}

  /**
   * Wanted membership; refused under the ticket, or shown in effect by {@code membership}.
   *
   * @param donor who should give the member that is new its first snapshot; null for anyone. A
   *     strategy in which there is no choice refuses one.
   */
  record Configure(long ticket, Membership next, NodeId donor) implements Event {
    /** Whoever gives the snapshot. */
    public Configure(long ticket, Membership next) {
      this(ticket, next, null);
    }
  }

  /** Give the leading part, if it has one, to another. */
  record HandOver(long ticket, NodeId to) implements Event {}

  /** State up to this index is checkpointed: the log below may go as far as the protocol likes. */
  record Checkpointed(long inner) implements Event {}

  /**
   * State was replaced by a snapshot that stands for the log up to {@code inner}.
   *
   * @param linkState what {@link PureLoglet#linkState} of the donor gave at that index
   */
  record SnapshotInstalled(long inner, Bytes linkState) implements Event {}

  /** Sending a snapshot to a peer has ended; when it failed it must be asked for again. */
  record SnapshotSent(NodeId to, long inner, boolean ok) implements Event {}

  /** This node gives a peer a snapshot beside the one that was asked to; ends as any. */
  record SnapshotBegun(NodeId to) implements Event {}

  /** The connection to a peer was lost and made again: messages in flight are gone. */
  record PeerReset(NodeId peer) implements Event {}

  /**
   * A peer's process says that what moves this link there is busy, so that the link itself cannot
   * speak: the peer counts as heard, and nothing else follows from it. Comes again and again, but only
   * for a bounded time of one busy spell: a loop that never comes back falls silent. May be dropped
   * without harm; never a reason to believe anything about the peer's log, term or view.
   */
  record PeerBusy(NodeId peer) implements Event {}
}
