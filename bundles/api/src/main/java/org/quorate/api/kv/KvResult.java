package org.quorate.api.kv;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * The answer to a {@link KvCommand} or {@link KvQuery}. The revision of a command's answer is the
 * version of its commit, that of a query's answer the revision that was read.
 */
public sealed interface KvResult {
  long revision();

  /**
   * To {@link KvCommand.Put}.
   *
   * @param previous the key before, null if it was absent or was not asked for
   */
  record PutDone(long revision, KvEntry previous) implements KvResult {}

  /**
   * To {@link KvCommand.Delete}.
   *
   * @param count keys deleted
   * @param previous the keys before in order, empty if not asked for
   */
  record Deleted(long revision, long count, List<KvEntry> previous) implements KvResult {
    public Deleted {
      previous = List.copyOf(previous);
    }
  }

  /** To {@link KvCommand.Add}: the sum. */
  record Added(long revision, long newValue) implements KvResult {}

  /**
   * To {@link KvCommand.CompareAndSet}.
   *
   * @param succeeded whether the key had the expected value
   * @param current what is there instead if not; null for nothing
   */
  record Swapped(long revision, boolean succeeded, KvEntry current) implements KvResult {}

  /** To {@link KvCommand.Append}: bytes the value has now. */
  record Appended(long revision, long length) implements KvResult {}

  /** To {@link KvCommand.PutNext}: the key with its number. */
  record Numbered(long revision, Bytes key) implements KvResult {}

  /**
   * To {@link KvCommand.Txn}.
   *
   * @param succeeded whether the comparisons held
   * @param results one for each command of the list that was run
   */
  record TxnDone(long revision, boolean succeeded, List<KvResult> results) implements KvResult {
    public TxnDone {
      results = List.copyOf(results);
    }
  }

  /**
   * To {@link KvCommand.Compact}.
   *
   * @param compacted reads from this revision on and watches from the next one on still work
   */
  record Compacted(long revision, long compacted) implements KvResult {}

  /**
   * To {@link KvQuery.Get}.
   *
   * @param entry null if the key was absent
   */
  record GetDone(long revision, KvEntry entry) implements KvResult {}

  /**
   * To {@link KvQuery.Range}.
   *
   * @param more whether the range holds further keys: see {@link KvQuery.Range#after}
   * @param count number of entries, or of all keys of the range if only that was asked for
   */
  record RangeDone(long revision, List<KvEntry> entries, boolean more, long count)
      implements KvResult {
    public RangeDone {
      entries = List.copyOf(entries);
    }
  }

  /**
   * To {@link KvQuery.Changes}.
   *
   * @param revision the latest revision
   * @param events in order of revision, then key
   * @param upTo every event up to this revision is there; ask for the next from {@code upTo + 1}
   */
  record ChangesDone(long revision, List<KvEvent> events, long upTo) implements KvResult {
    public ChangesDone {
      events = List.copyOf(events);
    }

    /** Whether there may be further events already. */
    public boolean more() {
      return upTo < revision;
    }
  }

  /** To {@link KvQuery.LeaseKeys}. */
  record LeaseKeysDone(long revision, List<Bytes> keys, boolean more) implements KvResult {
    public LeaseKeysDone {
      keys = List.copyOf(keys);
    }
  }

  /**
   * To {@link KvQuery.Names}.
   *
   * @param more whether there are further names
   */
  record NamesDone(long revision, List<Name> names, boolean more) implements KvResult {
    public NamesDone {
      names = List.copyOf(names);
    }

    /**
     * One name.
     *
     * @param exists whether there is a key that ends with it
     * @param below whether there are keys that have a separator behind it
     */
    public record Name(Bytes name, boolean exists, boolean below) {}
  }

  /**
   * To {@link KvQuery.Stats}.
   *
   * @param compacted revision up to which the history was given up
   * @param keys number of keys
   * @param hash of the logical content at the revision, equal on all replicas
   * @param historyBytes bytes of superseded values still kept
   */
  record StatsDone(long revision, long compacted, long keys, long hash, long historyBytes)
      implements KvResult {}

  /** To any command that was refused: it changed nothing and never will when repeated as it is. */
  record Failed(long revision, KvError error, String message) implements KvResult {}

  /** The encoding that {@link #decode(Bytes)} reads. */
  default Bytes encode() {
    Encoder out = new Encoder();
    encode(out);
    return out.take();
  }

  /** Writes the encoding. */
  default void encode(Encoder out) {
    if (this instanceof PutDone r) {
      Codec.optional(out.u8(1).varint(r.revision), r.previous, (e, v) -> v.encode(e));
    } else if (this instanceof Deleted r) {
      out.u8(2).varint(r.revision).varint(r.count).list(r.previous, (e, v) -> v.encode(e));
    } else if (this instanceof Added r) {
      out.u8(3).varint(r.revision).i64(r.newValue);
    } else if (this instanceof Appended r) {
      out.u8(4).varint(r.revision).varint(r.length);
    } else if (this instanceof TxnDone r) {
      out.u8(5).varint(r.revision).bool(r.succeeded).list(r.results, (e, v) -> v.encode(e));
    } else if (this instanceof Compacted r) {
      out.u8(6).varint(r.revision).varint(r.compacted);
    } else if (this instanceof GetDone r) {
      Codec.optional(out.u8(7).varint(r.revision), r.entry, (e, v) -> v.encode(e));
    } else if (this instanceof RangeDone r) {
      out.u8(8).varint(r.revision).list(r.entries, (e, v) -> v.encode(e));
      out.bool(r.more).varint(r.count);
    } else if (this instanceof ChangesDone r) {
      out.u8(9).varint(r.revision).list(r.events, (e, v) -> v.encode(e)).varint(r.upTo);
    } else if (this instanceof LeaseKeysDone r) {
      out.u8(10).varint(r.revision).list(r.keys, Encoder::bytes).bool(r.more);
    } else if (this instanceof StatsDone r) {
      out.u8(11).varint(r.revision).varint(r.compacted).varint(r.keys);
      out.i64(r.hash).varint(r.historyBytes);
    } else if (this instanceof Failed r) {
      out.u8(12).varint(r.revision).u8(r.error.ordinal()).text(r.message);
    } else if (this instanceof Swapped r) {
      out.u8(13).varint(r.revision).bool(r.succeeded);
      Codec.optional(out, r.current, (e, v) -> v.encode(e));
    } else if (this instanceof Numbered r) {
      out.u8(14).varint(r.revision).bytes(r.key);
    } else if (this instanceof NamesDone r) {
      out.u8(15).varint(r.revision);
      out.list(r.names, (e, n) -> e.bytes(n.name()).bool(n.exists()).bool(n.below()));
      out.bool(r.more);
    }
  }

  /**
   * Reads a result; its keys and values are slices of the input.
   *
   * @throws MalformedException if the bytes are anything else than one result
   */
  static KvResult decode(Bytes bytes) {
    return Codec.whole(bytes, in -> decode(in, 0));
  }

  private static KvResult decode(Decoder in, int depth) {
    int tag = in.u8();
    long revision = Codec.natural(in);
    return switch (tag) {
      case 1 -> new PutDone(revision, Codec.optional(in, KvEntry::decode));
      case 2 -> new Deleted(revision, Codec.natural(in), in.list(KvEntry::decode));
      case 3 -> new Added(revision, in.i64());
      case 4 -> new Appended(revision, Codec.natural(in));
      case 5 -> txnDone(in, revision, depth + 1);
      case 6 -> new Compacted(revision, Codec.natural(in));
      case 7 -> new GetDone(revision, Codec.optional(in, KvEntry::decode));
      case 8 -> new RangeDone(revision, in.list(KvEntry::decode), in.bool(), Codec.natural(in));
      case 9 -> new ChangesDone(revision, in.list(KvEvent::decode), Codec.natural(in));
      case 10 -> new LeaseKeysDone(revision, in.list(Decoder::bytes), in.bool());
      case 11 ->
          new StatsDone(
              revision, Codec.natural(in), Codec.natural(in), in.i64(), Codec.natural(in));
      case 12 -> new Failed(revision, Codec.constant(in, KvError.values()), in.text());
      case 13 -> new Swapped(revision, in.bool(), Codec.optional(in, KvEntry::decode));
      case 14 -> new Numbered(revision, in.bytes());
      case 15 ->
          new NamesDone(
              revision, in.list(d -> new NamesDone.Name(d.bytes(), d.bool(), d.bool())), in.bool());
      default -> throw new MalformedException("key-value result " + tag, in.offset() - 1);
    };
  }

  private static KvResult txnDone(Decoder in, long revision, int depth) {
    if (depth > KvCommand.MAX_DEPTH) {
      throw new MalformedException(
          "results nested more than " + KvCommand.MAX_DEPTH + " deep", in.offset() - 1);
    }
    return new TxnDone(revision, in.bool(), in.list(d -> decode(d, depth)));
  }
}
