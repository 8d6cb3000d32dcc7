package org.quorate.failover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.failover.FailoverEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Rebalance;
import org.quorate.spi.failover.FailoverRecord.Slice;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.RegisteredNode;
import org.quorate.spi.failover.ShardState;

/** Values of the registry's keys. Their keys have ids and names, which are not repeated. */
final class RecordCodec {
  private static final int FORMAT = 1;

  /** More than the names of a node and the reason of a failure can have. */
  private static final int TAKEOVER_BYTES = 4 << 10;

  private static final Phase[] PHASES = Phase.values();
  private static final ShardState[] SHARDS = ShardState.values();

  private RecordCodec() {}

  /**
   * The value of a record's key. How it is taken over does not count against its limit, and is bounded
   * by itself: a record that its owner could write can always be given to another.
   *
   * @param request tells apart what its origin began: who lost an answer finds its record by it
   */
  static Bytes record(FailoverRecord r, long request) {
    Encoder to =
        new Encoder()
            .u8(FORMAT)
            .i64(request)
            .text(r.database())
            .text(r.table())
            .i64(r.scn())
            .text(r.type())
            .i64(r.createdAtMs())
            .u8(r.state());
    owner(to, r.origin());
    int before = to.size();
    takeover(to, r.takeover());
    int takeover = to.size() - before;
    to.list(r.locks(), Encoder::text)
        .list(
            r.status().entrySet(),
            (e, entry) -> e.text(entry.getKey()).u8(entry.getValue().ordinal()))
        .bool(r.rebalance() != null);
    if (r.rebalance() != null) {
      Rebalance b = r.rebalance();
      to.i64(b.distributionId()).i64(b.currentScn()).i64(b.currentStep()).text(b.table());
    }
    to.list(
        r.slices(),
        (e, s) ->
            e.text(s.node()).text(s.suffix()).i64(s.rowId()).i64(s.blockId()).i64(s.blocks()));
    int size = to.size() - takeover;
    if (size > FailoverLimits.RECORD_BYTES) {
      throw new FailoverException(
          Code.TOO_LARGE,
          "record "
              + r.id()
              + " of "
              + size
              + " bytes without its content; the limit is "
              + FailoverLimits.RECORD_BYTES);
    }
    return to.take();
  }

  private static void takeover(Encoder to, Takeover t) {
    to.bool(t.node() != null);
    if (t.node() != null) {
      owner(to, t.node());
    }
    to.varint(t.number())
        .u8(t.phase().ordinal())
        .varint(t.attempts())
        .varint(t.failures())
        .text(t.why());
  }

  /** What {@link #record} was given. */
  record Stored(FailoverRecord record, long request) {}

  static Stored record(long id, Bytes value) {
    try {
      Decoder from = decoder(value);
      final long request = from.i64();
      final String database = from.text();
      final String table = from.text();
      final long scn = from.i64();
      final String type = from.text();
      final long created = from.i64();
      final int state = from.u8();
      final Owner origin = owner(from);
      final int before = from.offset();
      final Takeover takeover = takeover(from);
      final int taken = from.offset() - before;
      if (taken > TAKEOVER_BYTES || value.length() - taken > FailoverLimits.RECORD_BYTES) {
        throw new MalformedException("a record within its limit", from.offset());
      }
      final List<String> locks = from.list(Decoder::text);
      final Map<String, ShardState> status = new LinkedHashMap<>();
      int shards = from.count();
      for (int i = 0; i < shards; i++) {
        status.put(from.text(), of(SHARDS, from.u8()));
      }
      final Rebalance rebalance =
          from.bool() ? new Rebalance(from.i64(), from.i64(), from.i64(), from.text()) : null;
      final List<Slice> slices =
          from.list(d -> new Slice(d.text(), d.text(), d.i64(), d.i64(), d.i64()));
      from.end();
      return new Stored(
          new FailoverRecord(
              id,
              database,
              table,
              scn == 0 ? id : scn,
              type,
              created,
              state,
              origin,
              takeover,
              locks,
              status,
              rebalance,
              slices),
          request);
    } catch (MalformedException | FailoverException e) {
      String text = "record " + Long.toUnsignedString(id);
      throw new FailoverException(
          Code.BROKEN,
          text + " cannot be read, " + e.getMessage() + "; delete-force with --force removes it",
          e);
    }
  }

  private static Takeover takeover(Decoder from) {
    Owner node = from.bool() ? owner(from) : null;
    return new Takeover(
        node,
        from.varint(),
        of(PHASES, from.u8()),
        (int) from.varint(),
        (int) from.varint(),
        from.text());
  }

  private static void owner(Encoder to, Owner owner) {
    to.text(owner.node()).text(owner.address()).i64(owner.incarnation());
  }

  private static Owner owner(Decoder from) {
    return new Owner(from.text(), from.text(), from.i64());
  }

  static Bytes node(String address, int capacity, List<String> types) {
    return new Encoder()
        .u8(FORMAT)
        .text(address)
        .varint(capacity)
        .list(new ArrayList<>(types), Encoder::text)
        .take();
  }

  /** A node as its key says: the session that owns the key is the incarnation. */
  static RegisteredNode node(String name, Bytes value, long session, long createRevision) {
    try {
      Decoder from = decoder(value);
      RegisteredNode node =
          new RegisteredNode(
              name,
              FailoverLimits.name("the node's address", from.text()),
              session,
              createRevision,
              (int) from.varint(),
              from.list(Decoder::text),
              0);
      from.end();
      return node;
    } catch (MalformedException | FailoverException e) {
      throw new FailoverException(Code.BROKEN, "node '" + name + "' cannot be read", e);
    }
  }

  static Bytes event(FailoverEvent event) {
    Encoder to =
        new Encoder()
            .u8(FORMAT)
            .text(event.database())
            .text(event.table())
            .text(event.type())
            .i64(event.endedAtMs());
    owner(to, event.node());
    return to.list(event.behind(), Encoder::text).take();
  }

  static FailoverEvent event(long id, Bytes value) {
    try {
      Decoder from = decoder(value);
      FailoverEvent event =
          new FailoverEvent(
              id,
              from.text(),
              from.text(),
              from.text(),
              from.i64(),
              owner(from),
              from.list(Decoder::text));
      from.end();
      return event;
    } catch (MalformedException e) {
      throw new FailoverException(Code.BROKEN, "event " + id + " cannot be read", e);
    }
  }

  private static Decoder decoder(Bytes value) {
    Decoder from = new Decoder(value);
    int format = from.u8();
    if (format != FORMAT) {
      throw new MalformedException("format " + FORMAT + ", not " + format, 0);
    }
    return from;
  }

  private static <T> T of(T[] values, int ordinal) {
    if (ordinal < 0 || ordinal >= values.length) {
      throw new MalformedException("an ordinal below " + values.length + ", not " + ordinal, 0);
    }
    return values[ordinal];
  }
}
