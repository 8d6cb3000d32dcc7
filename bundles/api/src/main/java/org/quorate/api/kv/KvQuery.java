package org.quorate.api.kv;

import java.util.Objects;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * A read of the key-value state machine, answered by a {@link KvResult}. A revision of 0 means the
 * latest; an older one can be read until it is compacted.
 */
public sealed interface KvQuery {
  /** One key. Answer: {@link KvResult.GetDone}. */
  record Get(Bytes key, long revision) implements KvQuery {
    public Get {
      Objects.requireNonNull(key, "key");
      Codec.natural("revision", revision);
    }
  }

  /**
   * The keys of a range in order, all as they were at one revision. Answer: {@link
   * KvResult.RangeDone}.
   *
   * @param limit most entries wanted, 0 for as many as one answer may hold
   * @param reverse from the last key to the first
   * @param keysOnly leaves the values out
   * @param countOnly leaves the entries out and counts all of the range
   */
  record Range(
      KeyRange keys, int limit, long revision, boolean reverse, boolean keysOnly, boolean countOnly)
      implements KvQuery {
    public Range {
      Objects.requireNonNull(keys, "keys");
      Codec.natural("limit", limit);
      Codec.natural("revision", revision);
    }

    /**
     * The query for what follows an answer that has {@code more}, at the same revision: a range of
     * any size is read page by page as it was at one moment.
     */
    public Range after(KvResult.RangeDone page) {
      Bytes last = page.entries().get(page.entries().size() - 1).key();
      KeyRange rest =
          reverse
              ? new KeyRange(keys.from(), last)
              : new KeyRange(KeyRange.single(last).to(), keys.to());
      return new Range(rest, limit, page.revision(), reverse, keysOnly, countOnly);
    }
  }

  /**
   * What changed in a range from a revision on: a watch asks again from {@code upTo + 1}. Answer:
   * {@link KvResult.ChangesDone}, whole revisions only.
   *
   * @param from first revision wanted, from 1
   * @param limit events after which the answer ends with the revision at hand, 0 for the default
   * @param limitBytes likewise bytes of keys and values, 0 for the default
   * @param previous whether events tell what was there before
   */
  record Changes(KeyRange keys, long from, int limit, int limitBytes, boolean previous)
      implements KvQuery {
    public Changes {
      Objects.requireNonNull(keys, "keys");
      Codec.natural("revision", from);
      Codec.natural("limit", limit);
      Codec.natural("limit of bytes", limitBytes);
    }
  }

  /**
   * The keys that a lease holds, in order. Answer: {@link KvResult.LeaseKeysDone}.
   *
   * @param after the last key of the page before, empty for the first page
   * @param limit most keys wanted, 0 for as many as one answer may hold
   */
  record LeaseKeys(long lease, Bytes after, int limit) implements KvQuery {
    public LeaseKeys {
      Objects.requireNonNull(after, "after");
      Codec.natural("limit", limit);
    }
  }

  /**
   * What keys have between a prefix and the next separator, each once and in order, at the latest
   * revision: one level of a hierarchy. Answer: {@link KvResult.NamesDone}.
   *
   * @param separator a byte
   * @param after only names behind this one, empty for all
   * @param limit most names wanted, 0 for as many as one answer may hold
   */
  record Names(Bytes prefix, byte separator, Bytes after, int limit) implements KvQuery {
    public Names {
      Objects.requireNonNull(prefix, "prefix");
      Objects.requireNonNull(after, "after");
      Codec.natural("limit", limit);
    }
  }

  /** Counts and the state's hash. Answer: {@link KvResult.StatsDone}. */
  record Stats() implements KvQuery {}

  /** The latest value of a key. */
  static Get get(Bytes key) {
    return new Get(key, 0);
  }

  /** The latest content of a range. */
  static Range range(KeyRange keys, int limit) {
    return new Range(keys, limit, 0, false, false, false);
  }

  /** The encoding that {@link #decode(Bytes)} reads. */
  default Bytes encode() {
    Encoder out = new Encoder();
    encode(out);
    return out.take();
  }

  /** Writes the encoding. */
  default void encode(Encoder out) {
    if (this instanceof Get q) {
      out.u8(1).bytes(q.key).varint(q.revision);
    } else if (this instanceof Range q) {
      q.keys.encode(out.u8(2));
      out.varint(q.limit).varint(q.revision).bool(q.reverse).bool(q.keysOnly).bool(q.countOnly);
    } else if (this instanceof Changes q) {
      q.keys.encode(out.u8(3));
      out.varint(q.from).varint(q.limit).varint(q.limitBytes).bool(q.previous);
    } else if (this instanceof LeaseKeys q) {
      out.u8(4).varint(q.lease).bytes(q.after).varint(q.limit);
    } else if (this instanceof Stats) {
      out.u8(5);
    } else if (this instanceof Names q) {
      out.u8(6).bytes(q.prefix).u8(q.separator).bytes(q.after).varint(q.limit);
    }
  }

  /**
   * Reads a query; its keys are slices of the input.
   *
   * @throws MalformedException if the bytes are anything else than one query
   */
  static KvQuery decode(Bytes bytes) {
    return Codec.whole(bytes, KvQuery::decode);
  }

  /** Reads a query that is a part of something. */
  static KvQuery decode(Decoder in) {
    int tag = in.u8();
    return switch (tag) {
      case 1 -> new Get(in.bytes(), Codec.natural(in));
      case 2 ->
          new Range(
              KeyRange.decode(in),
              Codec.integer(in),
              Codec.natural(in),
              in.bool(),
              in.bool(),
              in.bool());
      case 3 ->
          new Changes(
              KeyRange.decode(in),
              Codec.natural(in),
              Codec.integer(in),
              Codec.integer(in),
              in.bool());
      case 4 -> new LeaseKeys(in.varint(), in.bytes(), Codec.integer(in));
      case 5 -> new Stats();
      case 6 -> new Names(in.bytes(), (byte) in.u8(), in.bytes(), Codec.integer(in));
      default -> throw new MalformedException("key-value query " + tag, in.offset() - 1);
    };
  }
}
