package org.quorate.api;

import java.util.List;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * What a proposal read and writes, for certification at delivery.
 *
 * @param snapshotVersion version of the state that was read
 * @param readKeys keys whose value or absence the command depends on
 * @param readRanges ranges whose content the command depends on
 * @param writtenKeys keys that the command writes
 */
public record Transaction(
    long snapshotVersion,
    Isolation level,
    List<Bytes> readKeys,
    List<KeyRange> readRanges,
    List<Bytes> writtenKeys) {

  public Transaction {
    readKeys = List.copyOf(readKeys);
    readRanges = List.copyOf(readRanges);
    writtenKeys = List.copyOf(writtenKeys);
  }

  public void encode(Encoder out) {
    out.varint(snapshotVersion)
        .u8(level.ordinal())
        .list(readKeys, Encoder::bytes)
        .list(readRanges, (e, r) -> r.encode(e))
        .list(writtenKeys, Encoder::bytes);
  }

  public static Transaction decode(Decoder in) {
    return new Transaction(
        in.varint(),
        level(in),
        in.list(Decoder::bytes),
        in.list(KeyRange::decode),
        in.list(Decoder::bytes));
  }

  private static Isolation level(Decoder in) {
    int ordinal = in.u8();
    if (ordinal >= Isolation.values().length) {
      throw new org.quorate.api.wire.MalformedException("isolation level " + ordinal, in.offset());
    }
    return Isolation.values()[ordinal];
  }
}
