package org.quorate.core.log;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

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

  /**
   * Ends the link: the first one decided is the last record of the link that counts.
   *
   * @param planId the plan that asked for it; above 0
   */
  record Seal(long planId) implements LogRecord {}

  /** Each replica notes the hash of its state here. */
  record StateMark() implements LogRecord {}

  /**
   * A replica's hash at a mark.
   *
   * @param position of the mark
   */
  record HashReport(long position, long storeId, long hash) implements LogRecord {}

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
    }
    return record instanceof HashReport ? 8 : 6;
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
    } else if (record instanceof TimeStep t) {
      out.varint(t.fromMs()).varint(t.deltaMs());
    } else if (record instanceof Seal s) {
      out.varint(s.planId());
    } else if (record instanceof HashReport h) {
      out.varint(h.position()).i64(h.storeId()).i64(h.hash());
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
