package org.quorate.api;

import java.util.List;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * What a proposal read and writes, for certification at delivery. One that names no key and no range
 * conflicts with everything concurrent: it is executed as if alone (total order isolation).
 *
 * @param snapshotVersion version of the state that was read, from 0
 * @param readKeys keys whose value or absence the command depends on
 * @param readRanges ranges whose content the command depends on
 * @param writtenKeys keys that the command writes
 * @param intent number of the transaction in its session, the same in all its tries; 0 for none
 * @param reserve if it loses: for how many positions of the log its keys are reserved for its next
 *     try, at most {@link #MAX_RESERVE} and half a second from when its turn has come; 0 for not at all
 */
public record Transaction(
    long snapshotVersion,
    Isolation level,
    List<Bytes> readKeys,
    List<KeyRange> readRanges,
    List<Bytes> writtenKeys,
    long intent,
    int reserve) {

  /** Most keys that may be named, read and written together. */
  public static final int MAX_KEYS = 65_536;

  /** Most ranges that may be named. */
  public static final int MAX_RANGES = 4_096;

  /** Most positions for which keys are reserved. */
  public static final int MAX_RESERVE = 65_536;

  public Transaction {
    readKeys = List.copyOf(readKeys);
    readRanges = List.copyOf(readRanges);
    writtenKeys = List.copyOf(writtenKeys);
    if (snapshotVersion < 0) {
      throw new IllegalArgumentException("snapshot version " + snapshotVersion);
    }
    if (reserve < 0 || reserve > 0 && intent == 0) {
      throw new IllegalArgumentException("reserve " + reserve + " of intent " + intent);
    }
  }

  /** Without intent. */
  public Transaction(
      long snapshotVersion,
      Isolation level,
      List<Bytes> readKeys,
      List<KeyRange> readRanges,
      List<Bytes> writtenKeys) {
    this(snapshotVersion, level, readKeys, readRanges, writtenKeys, 0, 0);
  }

  /** Whether it names nothing. */
  public boolean isolated() {
    return readKeys.isEmpty() && readRanges.isEmpty() && writtenKeys.isEmpty();
  }

  /** The limit that it breaks, in words, or null. */
  public String violation() {
    int keys = readKeys.size() + writtenKeys.size();
    if (keys > MAX_KEYS) {
      return "a transaction of " + keys + " keys; the limit is " + MAX_KEYS;
    }
    return readRanges.size() > MAX_RANGES
        ? "a transaction of " + readRanges.size() + " ranges; the limit is " + MAX_RANGES
        : null;
  }

  public void encode(Encoder out) {
    out.varint(snapshotVersion)
        .u8(level.ordinal())
        .list(readKeys, Encoder::bytes)
        .list(readRanges, (e, r) -> r.encode(e))
        .list(writtenKeys, Encoder::bytes)
        .varint(intent)
        .varint(reserve);
  }

  public static Transaction decode(Decoder in) {
    long snapshot = in.varint();
    if (snapshot < 0) {
      throw new MalformedException("snapshot version " + snapshot, in.offset());
    }
    Isolation level = level(in);
    List<Bytes> reads = in.list(Decoder::bytes);
    List<KeyRange> ranges = in.list(KeyRange::decode);
    List<Bytes> writes = in.list(Decoder::bytes);
    long intent = in.varint();
    long reserve = in.varint();
    if (reserve < 0 || reserve > Integer.MAX_VALUE || reserve > 0 && intent == 0) {
      throw new MalformedException("reserve " + reserve + " of intent " + intent, in.offset());
    }
    return new Transaction(snapshot, level, reads, ranges, writes, intent, (int) reserve);
  }

  private static Isolation level(Decoder in) {
    int ordinal = in.u8();
    if (ordinal >= Isolation.values().length) {
      throw new MalformedException("isolation level " + ordinal, in.offset());
    }
    return Isolation.values()[ordinal];
  }
}
