package org.quorate.api.kv;

import java.util.List;
import java.util.Objects;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * A command of the key-value state machine: the content of a {@link org.quorate.api.Proposal}. Each
 * is executed whole or not at all, and answered by a {@link KvResult}.
 */
public sealed interface KvCommand {
  /** As the lease of a {@link Put}: the one that the key has. */
  long KEEP_LEASE = Long.MIN_VALUE;

  /** Transactions may be nested this deep: a transaction without one inside has depth 1. */
  int MAX_DEPTH = 3;

  /**
   * Sets a value. Answer: {@link KvResult.PutDone}.
   *
   * @param lease the lease (session) whose end deletes the key; its negative, if the key is to stay
   *     then, without a lease; 0 for none, which also takes the key off the lease it had; or {@link
   *     #KEEP_LEASE}
   * @param returnPrevious whether the answer tells what was there before
   */
  record Put(Bytes key, Bytes value, long lease, boolean returnPrevious) implements KvCommand {
    public Put {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * Deletes the keys of a range. Answer: {@link KvResult.Deleted}.
   *
   * @param returnPrevious whether the answer tells what was there before
   */
  record Delete(KeyRange keys, boolean returnPrevious) implements KvCommand {
    public Delete {
      Objects.requireNonNull(keys, "keys");
    }
  }

  /**
   * Adds to a decimal number; an absent key counts as 0, a key's lease stays. Answer: {@link
   * KvResult.Added}.
   *
   * @param min refused with OUT_OF_BOUNDS if the sum is less: a stock that is never oversold
   */
  record Add(Bytes key, long delta, long min) implements KvCommand {
    public Add {
      Objects.requireNonNull(key, "key");
    }

    /** Without a bound. */
    public Add(Bytes key, long delta) {
      this(key, delta, Long.MIN_VALUE);
    }
  }

  /**
   * Sets a value if the key has the expected one; its lease stays. Answer: {@link
   * KvResult.Swapped}.
   *
   * @param expected null to put only if the key is absent
   */
  record CompareAndSet(Bytes key, Bytes expected, Bytes value) implements KvCommand {
    public CompareAndSet {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * Adds bytes to the end of a value; an absent key counts as empty, a key's lease stays. Answer:
   * {@link KvResult.Appended}.
   */
  record Append(Bytes key, Bytes value) implements KvCommand {
    public Append {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * Sets the value of a key that is made of a prefix and the next number of a counter, in decimal with
   * at least ten digits. Answer: {@link KvResult.Numbered}.
   *
   * @param counter key of a decimal number, as of {@link Add}, from which one is taken at a time,
   *     beginning with 0
   * @param lease as of {@link Put}
   */
  record PutNext(Bytes prefix, Bytes counter, Bytes value, long lease) implements KvCommand {
    public PutNext {
      Objects.requireNonNull(prefix, "prefix");
      Objects.requireNonNull(counter, "counter");
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * Reads at the point where the command is ordered, above all inside a transaction, where it sees
   * the writes before it. Answer: {@link KvResult.GetDone} or {@link KvResult.RangeDone}.
   *
   * @param query a {@link KvQuery.Get} or {@link KvQuery.Range} of the latest revision (0)
   */
  record Read(KvQuery query) implements KvCommand {
    public Read {
      boolean fits =
          query instanceof KvQuery.Get get && get.revision() == 0
              || query instanceof KvQuery.Range range && range.revision() == 0;
      if (!fits) {
        throw new IllegalArgumentException("a command reads by Get or Range of revision 0");
      }
    }
  }

  /**
   * Runs one list of commands if all comparisons hold, the other if not; all of it or nothing. Each
   * command sees the writes before it; a key that is written several times changes once. Answer:
   * {@link KvResult.TxnDone}.
   */
  record Txn(List<Compare> compares, List<KvCommand> then, List<KvCommand> otherwise)
      implements KvCommand {
    public Txn {
      compares = List.copyOf(compares);
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
      int depth = 1 + Math.max(depth(then), depth(otherwise));
      if (depth > MAX_DEPTH) {
        throw new IllegalArgumentException("transactions nested more than " + MAX_DEPTH + " deep");
      }
      if (then.stream().anyMatch(Compact.class::isInstance)
          || otherwise.stream().anyMatch(Compact.class::isInstance)) {
        throw new IllegalArgumentException("a transaction cannot compact");
      }
    }

    private static int depth(List<KvCommand> commands) {
      int depth = 0;
      for (KvCommand command : commands) {
        if (command instanceof Txn txn) {
          depth = Math.max(depth, 1 + Math.max(depth(txn.then), depth(txn.otherwise)));
        }
      }
      return depth;
    }
  }

  /**
   * Gives up what is needed only to read below a revision and to watch up to it. Answer: {@link
   * KvResult.Compacted}.
   */
  record Compact(long revision) implements KvCommand {
    public Compact {
      Codec.natural("revision", revision);
    }
  }

  /** Sets a value without lease. */
  static Put put(Bytes key, Bytes value) {
    return new Put(key, value, 0, false);
  }

  /** Deletes one key. */
  static Delete delete(Bytes key) {
    return new Delete(KeyRange.single(key), false);
  }

  /** The encoding that {@link #decode(Bytes)} reads. */
  default Bytes encode() {
    Encoder out = new Encoder();
    encode(out);
    return out.take();
  }

  /** Writes the encoding. */
  default void encode(Encoder out) {
    if (this instanceof Put c) {
      out.u8(1).bytes(c.key).bytes(c.value).varint(c.lease).bool(c.returnPrevious);
    } else if (this instanceof Delete c) {
      c.keys.encode(out.u8(2));
      out.bool(c.returnPrevious);
    } else if (this instanceof Add c) {
      out.u8(3).bytes(c.key).i64(c.delta).i64(c.min);
    } else if (this instanceof Append c) {
      out.u8(4).bytes(c.key).bytes(c.value);
    } else if (this instanceof Read c) {
      c.query.encode(out.u8(5));
    } else if (this instanceof Txn c) {
      out.u8(6)
          .list(c.compares, (e, v) -> v.encode(e))
          .list(c.then, (e, v) -> v.encode(e))
          .list(c.otherwise, (e, v) -> v.encode(e));
    } else if (this instanceof Compact c) {
      out.u8(7).varint(c.revision);
    } else if (this instanceof CompareAndSet c) {
      out.u8(8).bytes(c.key).optional(c.expected).bytes(c.value);
    } else if (this instanceof PutNext c) {
      out.u8(9).bytes(c.prefix).bytes(c.counter).bytes(c.value).varint(c.lease);
    }
  }

  /**
   * Reads a command; its keys and values are slices of the input.
   *
   * @throws MalformedException if the bytes are anything else than one command
   */
  static KvCommand decode(Bytes bytes) {
    return Codec.whole(bytes, in -> decode(in, 0));
  }

  private static KvCommand decode(Decoder in, int depth) {
    int tag = in.u8();
    return switch (tag) {
      case 1 -> new Put(in.bytes(), in.bytes(), in.varint(), in.bool());
      case 2 -> new Delete(KeyRange.decode(in), in.bool());
      case 3 -> new Add(in.bytes(), in.i64(), in.i64());
      case 4 -> new Append(in.bytes(), in.bytes());
      case 5 -> read(in);
      case 6 -> txn(in, depth + 1);
      case 7 -> new Compact(Codec.natural(in));
      case 8 -> new CompareAndSet(in.bytes(), in.optional(), in.bytes());
      case 9 -> new PutNext(in.bytes(), in.bytes(), in.bytes(), in.varint());
      default -> throw new MalformedException("key-value command " + tag, in.offset() - 1);
    };
  }

  private static KvCommand read(Decoder in) {
    int at = in.offset();
    KvQuery query = KvQuery.decode(in);
    try {
      return new Read(query);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), at);
    }
  }

  private static KvCommand txn(Decoder in, int depth) {
    if (depth > MAX_DEPTH) {
      // Checked before the content is read: nested input must not exhaust the stack.
      throw new MalformedException(
          "transactions nested more than " + MAX_DEPTH + " deep", in.offset() - 1);
    }
    int at = in.offset();
    List<Compare> compares = in.list(Compare::decode);
    List<KvCommand> then = in.list(d -> decode(d, depth));
    List<KvCommand> otherwise = in.list(d -> decode(d, depth));
    try {
      return new Txn(compares, then, otherwise);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), at);
    }
  }
}
