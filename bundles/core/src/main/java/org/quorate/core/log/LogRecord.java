package org.quorate.core.log;

import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;

/**
 * What the virtual log orders; the payload of a link's entry. In front of each stands who proposed
 * it: the origin (random per start of a replica) and its local ticket, so that the proposer knows
 * its own record when it is delivered.
 */
public sealed interface LogRecord {
  /**
   * A client's command.
   *
   * @param node name of the node that proposed it
   */
  record Command(Bytes node, Proposal proposal) implements LogRecord {}

  /** Opens a session or lease; its id is the record's position. */
  record OpenSession(long ttlMs) implements LogRecord {}

  /** Ends a session or lease. */
  record CloseSession(long session) implements LogRecord {}

  /** Renews sessions: one record for all that a node heard of in an interval. */
  record KeepAlive(List<Long> sessions) implements LogRecord {}

  /** Ordered time moves from {@code fromMs} by {@code deltaMs}; void if it is not at from. */
  record TimeStep(long fromMs, long deltaMs) implements LogRecord {}

  /** The client of a session is gone or silent: others need not wait for what it has reserved. */
  record GiveWay(long session) implements LogRecord {}

  /**
   * Plans to go on, on another link; its position names the plan. One plan at a time.
   *
   * @param options of the strategy, checked
   * @param members with whom the link begins
   * @param base the active link's membership that the plan was made on
   * @param timeoutMs ordered time after which a target that is not live is given up
   * @param asked who wants it
   */
  record Prepare(
      String strategy,
      Map<String, String> options,
      Membership members,
      Membership base,
      long timeoutMs,
      Asked asked)
      implements LogRecord {}

  /** Ends the link if it is the open plan's: what is decided in it later does not count. */
  record Seal(long planId) implements LogRecord {}

  /** Each replica notes the hash of its state here. */
  record StateMark() implements LogRecord {}

  /**
   * A replica's hash at a mark.
   *
   * @param position of the mark
   */
  record HashReport(long position, long storeId, long hash) implements LogRecord {}

  /**
   * The donors each keep a snapshot of the state that this record leaves, under one id, and give it to
   * a member together.
   *
   * @param id of the snapshot
   */
  record SnapshotMark(long id, NodeId to, List<NodeId> donors) implements LogRecord {}

  /** Gives the plan up, for a reason that people read. */
  record AbortPlan(long planId, String why) implements LogRecord {}

  /** Shows that a planned link decides; the first record of it. */
  record Probe(long planId) implements LogRecord {}

  /** A quorum has checkpointed beyond the sealed link of this epoch: nobody needs it. */
  record Retire(long epoch) implements LogRecord {}

  /** A record with its proposer. */
  record Envelope(long origin, long ticket, LogRecord record) {}

  private static int tag(LogRecord record) {
    if (record instanceof Command) {
      return 1;
    } else if (record instanceof OpenSession) {
      return 2;
    } else if (record instanceof CloseSession) {
      return 3;
    } else if (record instanceof KeepAlive) {
      return 4;
    }
    if (record instanceof TimeStep) {
      return 5;
    } else if (record instanceof StateMark) {
      return 7;
    } else if (record instanceof GiveWay) {
      return 9;
    }
    if (record instanceof SnapshotMark) {
      return 10;
    }
    return record instanceof HashReport ? 8 : swapTag(record);
  }

  private static int swapTag(LogRecord record) {
    if (record instanceof Seal) {
      return 6;
    } else if (record instanceof Prepare) {
      return 16;
    } else if (record instanceof AbortPlan) {
      return 17;
    }
    return record instanceof Probe ? 18 : 19;
  }

  /** Writes the record behind its proposer. */
  static Bytes encode(long origin, long ticket, LogRecord record) {
    Encoder out =
        new Encoder(record instanceof Command c ? c.proposal().command().length() + 64 : 64);
    out.u8(tag(record)).i64(origin).varint(ticket);
    if (record instanceof Command c) {
      Proposal p = c.proposal();
      out.bytes(c.node()).varint(p.session()).varint(p.sequence()).varint(p.acknowledged());
      out.bool(p.transaction() != null);
      if (p.transaction() != null) {
        p.transaction().encode(out);
      }
      out.raw(p.command());
    } else if (record instanceof OpenSession o) {
      out.varint(o.ttlMs());
    } else if (record instanceof CloseSession c) {
      out.varint(c.session());
    } else if (record instanceof KeepAlive k) {
      out.list(k.sessions(), Encoder::varint);
    } else if (record instanceof GiveWay g) {
      out.varint(g.session());
    } else if (record instanceof TimeStep t) {
      out.varint(t.fromMs()).varint(t.deltaMs());
    } else if (record instanceof Seal s) {
      out.varint(s.planId());
    } else if (record instanceof HashReport h) {
      out.varint(h.position()).i64(h.storeId()).i64(h.hash());
    } else if (record instanceof SnapshotMark m) {
      out.i64(m.id()).text(m.to().name()).list(m.donors(), (e, donor) -> e.text(donor.name()));
    } else if (record instanceof Prepare p) {
      out.text(p.strategy());
      out.list(p.options().entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
      p.members().encode(out);
      p.base().encode(out);
      out.varint(p.timeoutMs());
      p.asked().encode(out);
    } else if (record instanceof AbortPlan a) {
      out.varint(a.planId()).text(a.why());
    } else if (record instanceof Probe p) {
      out.varint(p.planId());
    } else if (record instanceof Retire r) {
      out.varint(r.epoch());
    }
    return out.take();
  }

  /** Throws MalformedException. */
  static Envelope decode(Bytes payload) {
    Decoder in = new Decoder(payload);
    int tag = in.u8();
    long origin = in.i64();
    long ticket = in.varint();
    LogRecord record =
        switch (tag) {
          case 1 -> command(in);
          case 2 -> new OpenSession(in.varint());
          case 3 -> new CloseSession(in.varint());
          case 4 -> new KeepAlive(in.list(Decoder::varint));
          case 5 -> new TimeStep(in.varint(), in.varint());
          case 6 -> new Seal(in.varint());
          case 7 -> new StateMark();
          case 8 -> new HashReport(in.varint(), in.i64(), in.i64());
          case 9 -> new GiveWay(in.varint());
          case 10 -> new SnapshotMark(in.i64(), NodeId.decode(in), in.list(NodeId::decode));
          case 16 ->
              new Prepare(
                  in.text(),
                  Chain.options(in),
                  Membership.decode(in),
                  Membership.decode(in),
                  in.varint(),
                  Asked.decode(in));
          case 17 -> new AbortPlan(in.varint(), in.text());
          case 18 -> new Probe(in.varint());
          case 19 -> new Retire(in.varint());
          default -> throw new MalformedException("record of kind " + tag, 0);
        };
    in.end();
    return new Envelope(origin, ticket, record);
  }

  private static Command command(Decoder in) {
    Bytes node = in.bytes();
    long session = in.varint();
    long sequence = in.varint();
    long acknowledged = in.varint();
    Transaction transaction = in.bool() ? Transaction.decode(in) : null;
    return new Command(node, new Proposal(session, sequence, acknowledged, in.rest(), transaction));
  }
}
