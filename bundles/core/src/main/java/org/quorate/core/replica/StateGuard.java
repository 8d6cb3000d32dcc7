package org.quorate.core.replica;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.StateChecks;
import org.quorate.core.log.VirtualLog;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/**
 * Notices that this replica's state is not the majority's, fences it and has it replaced by a
 * snapshot of another member. Marks are proposed by the link's timekeeper; a member that may not
 * propose sends its report to one that may.
 */
final class StateGuard {
  /** What the replica does for it. */
  interface Owner {
    NodeId node();

    long storeId();

    void order(LogRecord record);

    void send(NodeId to, Bytes message);

    void sendSnapshot(NodeId to, LogPoint point);

    /** Gives leadership away, if this node has it. */
    void stepAside(NodeId to);

    void diverged();
  }

  private static final int REPORT = 1;
  private static final int ASK = 2;
  private static final long ASK_AGAIN_MS = 1_000;

  private final VirtualLog log;
  private final Owner owner;
  private final long intervalMs;
  private long markedAtMs = -1;
  private String why;
  private LogPoint since;
  private long askedAtMs;
  private int asked;

  StateGuard(VirtualLog log, Owner owner, long intervalMs) {
    this.log = log;
    this.owner = owner;
    this.intervalMs = intervalMs;
  }

  /** Whether the state must not be used. */
  boolean fenced() {
    return why != null;
  }

  /** Why it is fenced. */
  String why() {
    return why;
  }

  /** Up to here a snapshot is of no use: to what is applied, or to just before a fence. */
  LogPoint applied() {
    return fenced() ? new LogPoint(since.epoch(), since.inner() - 1) : log.point();
  }

  /** The state was replaced by a snapshot. */
  void replaced() {
    why = null;
  }

  void tick(LinkStatus status, long nowMs) {
    if (fenced()) {
      if (nowMs - askedAtMs >= ASK_AGAIN_MS) {
        askedAtMs = nowMs;
        askForSnapshot(status);
      }
    } else if (markedAtMs < 0) {
      markedAtMs = nowMs;
    } else if (nowMs - markedAtMs >= intervalMs) {
      markedAtMs = nowMs;
      if (status.timekeeper() && log.version() > log.checks().markedVersion()) {
        owner.order(new LogRecord.StateMark());
      }
    }
  }

  private void askForSnapshot(LinkStatus status) {
    List<NodeId> others =
        status.membership().voters().stream().filter(n -> !n.equals(owner.node())).toList();
    if (!others.isEmpty()) {
      NodeId next = others.get(asked++ % others.size());
      if (owner.node().equals(status.hint())) {
        owner.stepAside(next);
      }
      owner.send(next, new Encoder().u8(ASK).varint(since.epoch()).varint(since.inner()).take());
    }
  }

  /** Looks, after a turn, at what was delivered in it. */
  void look(LinkStatus status) {
    StateChecks.Own own = log.checks().takeLatest();
    if (own == null && !log.checks().news()) {
      return;
    }
    if (own != null && !fenced()) {
      Encoder out = new Encoder().u8(REPORT).varint(own.position()).i64(own.hash());
      if (status.proposer() || status.hint() == null) {
        report(own.position(), owner.storeId(), own.hash());
      } else {
        owner.send(status.hint(), out.take());
      }
    }
    String divergence = fenced() ? null : log.checks().divergence(voters(status));
    if (divergence != null) {
      why = divergence;
      since = log.point();
      askedAtMs = 0;
      owner.diverged();
    }
  }

  private static Set<Long> voters(LinkStatus status) {
    Set<Long> stores = new TreeSet<>();
    for (Member member : status.membership().members()) {
      if (member.role() == Role.VOTER) {
        stores.add(member.storeId());
      }
    }
    return stores;
  }

  private void report(long position, long storeId, long hash) {
    owner.order(new LogRecord.HashReport(position, storeId, hash));
  }

  /** A message of another member's guard. Throws MalformedException. */
  void receive(NodeId from, long storeId, Bytes message) {
    Decoder in = new Decoder(message);
    int kind = in.u8();
    if (kind == REPORT) {
      report(in.varint(), storeId, in.i64());
    } else if (kind == ASK) {
      LogPoint point = new LogPoint(in.varint(), in.varint());
      if (!fenced()) {
        owner.sendSnapshot(from, point);
      }
    } else {
      throw new MalformedException("state check of kind " + kind, 0);
    }
    in.end();
  }
}
