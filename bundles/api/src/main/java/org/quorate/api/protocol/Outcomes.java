package org.quorate.api.protocol;

import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/** Encodings of proposals, reads and their outcomes between client and node. */
public final class Outcomes {
  /**
   * An outcome and where its hint is reached.
   *
   * @param address host:port of the hint's client port, empty when there is no hint or it is not
   *     known
   */
  public record Addressed(Outcome outcome, String address) {}

  private static final int COMMITTED = 0;
  private static final int ABORTED = 1;
  private static final int NOT_LEADER = 2;
  private static final int OVERLOADED = 3;
  private static final int INDETERMINATE = 4;
  private static final int REJECTED = 5;
  private static final int NOT_SERVING = 6;
  private static final int EXECUTED = 7;

  private Outcomes() {}

  /** Writes a proposal. */
  public static void proposal(Encoder out, Proposal p) {
    out.varint(p.session()).varint(p.sequence()).varint(p.acknowledged()).bytes(p.command());
    out.bool(p.transaction() != null);
    if (p.transaction() != null) {
      p.transaction().encode(out);
    }
  }

  /** Reads a proposal. */
  public static Proposal proposal(Decoder in) {
    return new Proposal(
        in.varint(),
        in.varint(),
        in.varint(),
        in.bytes(),
        in.bool() ? Transaction.decode(in) : null);
  }

  /** Writes a read level. */
  public static void level(Encoder out, ReadLevel level) {
    if (level instanceof ReadLevel.Causal causal) {
      out.u8(1);
      gtid(out, causal.gtid());
    } else if (level instanceof ReadLevel.Turn turn) {
      out.u8(3);
      gtid(out, turn.gtid());
      out.varint(turn.session()).varint(turn.intent());
    } else {
      out.u8(level instanceof ReadLevel.Linearizable ? 0 : 2);
    }
  }

  /** Reads a read level. */
  public static ReadLevel level(Decoder in) {
    int kind = in.u8();
    return switch (kind) {
      case 0 -> ReadLevel.LINEARIZABLE;
      case 1 -> new ReadLevel.Causal(gtid(in));
      case 2 -> ReadLevel.LOCAL;
      case 3 -> new ReadLevel.Turn(gtid(in), in.varint(), in.varint());
      default -> throw new MalformedException("read level " + kind, in.offset() - 1);
    };
  }

  /**
   * Writes an outcome.
   *
   * @param addresses client address of a node, or empty
   */
  public static void outcome(Encoder out, Outcome outcome, Function<NodeId, String> addresses) {
    if (outcome instanceof Outcome.Committed c) {
      out.u8(COMMITTED);
      gtid(out, c.gtid());
      out.varint(c.position()).bytes(c.result());
    } else if (outcome instanceof Outcome.Executed e) {
      gtid(out.u8(EXECUTED), e.gtid());
      out.varint(e.position());
    } else if (outcome instanceof Outcome.Aborted a) {
      conflict(out.u8(ABORTED), a.conflict());
    } else if (outcome instanceof Outcome.NotLeader n) {
      Encoder kind = n.why().isEmpty() ? out.u8(NOT_LEADER) : out.u8(NOT_SERVING).text(n.why());
      hint(kind, n.hint(), addresses);
    } else if (outcome instanceof Outcome.Overloaded o) {
      out.u8(OVERLOADED).varint(o.retryAfterMs()).text(o.limit());
    } else if (outcome instanceof Outcome.Indeterminate i) {
      hint(out.u8(INDETERMINATE).text(i.reason()), i.hint(), addresses);
    } else if (outcome instanceof Outcome.Rejected r) {
      out.u8(REJECTED).u8(r.code().ordinal()).text(r.message());
    }
  }

  /** Reads an outcome. */
  public static Addressed outcome(Decoder in) {
    int kind = in.u8();
    return switch (kind) {
      case COMMITTED -> plain(new Outcome.Committed(gtid(in), in.varint(), in.bytes()));
      case EXECUTED -> plain(new Outcome.Executed(gtid(in), in.varint()));
      case ABORTED -> plain(new Outcome.Aborted(conflict(in)));
      case NOT_LEADER -> hinted(in, Outcome.NotLeader::new);
      case OVERLOADED -> plain(new Outcome.Overloaded(in.varint(), in.text()));
      case INDETERMINATE -> {
        String reason = in.text();
        yield hinted(in, hint -> new Outcome.Indeterminate(reason, hint));
      }
      case REJECTED ->
          plain(new Outcome.Rejected(constant(in, Outcome.Rejection.values()), in.text()));
      case NOT_SERVING -> {
        String why = in.text();
        yield hinted(in, hint -> new Outcome.NotLeader(hint, why));
      }
      default -> throw new MalformedException("outcome " + kind, in.offset() - 1);
    };
  }

  /** Writes what became of a read. */
  public static void readOutcome(
      Encoder out, ReadOutcome outcome, Function<NodeId, String> addresses) {
    if (outcome instanceof ReadOutcome.Answered a) {
      gtid(out.bool(true), a.gtid());
      out.bytes(a.result());
    } else if (outcome instanceof ReadOutcome.Unanswered u) {
      outcome(out.bool(false), u.why(), addresses);
    }
  }

  /** Reads an answer, or null when the read was not answered: then the outcome follows. */
  public static ReadOutcome.Answered answered(Decoder in) {
    return in.bool() ? new ReadOutcome.Answered(gtid(in), in.bytes()) : null;
  }

  private static void conflict(Encoder out, Conflict conflict) {
    gtid(out.u8(conflict.reason().ordinal()).optional(conflict.key()), conflict.winner());
    out.optional(conflict.node() == null ? null : Bytes.utf8(conflict.node().name()));
    out.varint(conflict.retryAfterMs());
  }

  private static Conflict conflict(Decoder in) {
    Conflict.Reason reason = constant(in, Conflict.Reason.values());
    Bytes key = in.optional();
    Gtid winner = gtid(in);
    Bytes node = in.optional();
    return new Conflict(reason, key, winner, node == null ? null : node(node, in), in.varint());
  }

  private static void gtid(Encoder out, Gtid gtid) {
    out.i64(gtid.historyId()).varint(gtid.version());
  }

  private static Gtid gtid(Decoder in) {
    return new Gtid(in.i64(), in.varint());
  }

  private static Addressed plain(Outcome outcome) {
    return new Addressed(outcome, "");
  }

  private static void hint(Encoder out, NodeId hint, Function<NodeId, String> addresses) {
    out.optional(hint == null ? null : Bytes.utf8(hint.name()));
    out.text(hint == null ? "" : addresses.apply(hint));
  }

  private static Addressed hinted(Decoder in, Function<NodeId, Outcome> make) {
    Bytes name = in.optional();
    String address = in.text();
    return new Addressed(make.apply(name == null ? null : node(name, in)), address);
  }

  private static NodeId node(Bytes name, Decoder in) {
    try {
      return NodeId.of(name.utf8());
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), in.offset());
    }
  }

  private static <T> T constant(Decoder in, T[] values) {
    int ordinal = in.u8();
    if (ordinal >= values.length) {
      throw new MalformedException(
          values[0].getClass().getSimpleName() + " " + ordinal, in.offset() - 1);
    }
    return values[ordinal];
  }
}
