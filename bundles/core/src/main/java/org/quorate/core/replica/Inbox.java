package org.quorate.core.replica;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.link.Frame;

/**
 * Hands the frames of other replicas to the part they are for; drops what comes from a start of a
 * store that has ended, and counts what does not decode or is of another history. On the group's loop.
 */
final class Inbox {
  private final Links links;
  private final Snapshots snapshots;
  private final StateGuard guard;
  private final Map<Long, Long> incarnations = new HashMap<>();
  private final long history;
  private long malformed;
  private long foreign;

  Inbox(long history, Links links, Snapshots snapshots, StateGuard guard) {
    this.history = history;
    this.links = links;
    this.snapshots = snapshots;
    this.guard = guard;
  }

  void receive(NodeId from, Bytes encoded) {
    try {
      Frame frame = Frame.decode(encoded);
      if (frame.history() != history) {
        foreign++;
        return;
      }
      if (stray(frame)) {
        return;
      }
      switch (frame.kind()) {
        case LINK -> links.frames().receive(from, frame);
        case SNAPSHOT -> snapshots.transfer().receive(from, frame.body());
        case CHECK -> guard.receive(from, frame.storeId(), frame.body());
        case CHAIN -> links.heard(from, frame);
        default -> throw new IllegalStateException("frame " + frame.kind());
      }
    } catch (MalformedException e) {
      malformed++;
    }
  }

  /**
   * From a start of the sender's store that has ended. Whether that store is the member's is for
   * the protocol to check: a replica that is behind knows members only as they were, and must be
   * able to learn from a store that has replaced another since.
   */
  private boolean stray(Frame frame) {
    Long newest = incarnations.get(frame.storeId());
    if (newest != null && newest > frame.incarnation()) {
      return true;
    }
    if (newest == null || newest < frame.incarnation()) {
      incarnations.put(frame.storeId(), frame.incarnation());
    }
    return false;
  }

  /** Frames of another history. */
  long foreign() {
    return foreign;
  }

  /** Frames that did not decode. */
  long malformed() {
    return malformed;
  }
}
