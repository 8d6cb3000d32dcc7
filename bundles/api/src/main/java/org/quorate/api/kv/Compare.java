package org.quorate.api.kv;

import java.util.Objects;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * A condition of a transaction: true if every key of the range that exists fulfils it. A range
 * without any key is compared as one absent key, whose version, revisions and lease are 0; an
 * absent value is neither equal nor unequal to, nor greater or less than anything.
 *
 * @param operand bytes for {@link Target#VALUE}, a long of eight bytes for the others; values
 *     compare as unsigned bytes, numbers as unsigned numbers
 */
public record Compare(KeyRange keys, Target target, Op op, Bytes operand) {
  /** What is compared. */
  public enum Target {
    VALUE,
    VERSION,
    CREATE,
    MOD,
    LEASE
  }

  /** How the key's side (left) must relate to the operand (right). */
  public enum Op {
    EQUAL,
    NOT_EQUAL,
    GREATER,
    LESS;

    /** Whether a comparison result (negative, 0, positive) fulfils it. */
    public boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case GREATER -> comparison > 0;
        case LESS -> comparison < 0;
      };
    }
  }

  public Compare {
    Objects.requireNonNull(keys, "keys");
    Objects.requireNonNull(op, "op");
    if (target != Target.VALUE && operand.length() != 8) {
      throw new IllegalArgumentException(target + " compares with a number of 8 bytes");
    }
  }

  /** Compares the value of a key. */
  public static Compare value(Bytes key, Op op, Bytes operand) {
    return new Compare(KeyRange.single(key), Target.VALUE, op, operand);
  }

  /** Compares a number of a key. */
  public static Compare number(Bytes key, Target target, Op op, long operand) {
    return new Compare(KeyRange.single(key), target, op, Bytes.ofLong(operand));
  }

  /** True if the key does not exist. */
  public static Compare absent(Bytes key) {
    return number(key, Target.VERSION, Op.EQUAL, 0);
  }

  /** True if the key exists. */
  public static Compare present(Bytes key) {
    return number(key, Target.VERSION, Op.GREATER, 0);
  }

  /** True if the key has not changed since a revision that was read. */
  public static Compare unchanged(Bytes key, long modRevision) {
    return number(key, Target.MOD, Op.EQUAL, modRevision);
  }

  /** Whether a key that exists fulfils it. */
  public boolean holds(KvEntry entry) {
    return op.holds(
        switch (target) {
          case VALUE -> entry.value().compareTo(operand);
          case VERSION -> compare(entry.version());
          case CREATE -> compare(entry.createRevision());
          case MOD -> compare(entry.modRevision());
          case LEASE -> compare(entry.lease());
        });
  }

  /** Whether a key that does not exist fulfils it. */
  public boolean holdsAbsent() {
    return target != Target.VALUE && op.holds(compare(0));
  }

  private int compare(long number) {
    return Long.compareUnsigned(number, operand.longAt(0));
  }

  public void encode(Encoder out) {
    keys.encode(out);
    out.u8(target.ordinal()).u8(op.ordinal()).bytes(operand);
  }

  public static Compare decode(Decoder in) {
    KeyRange keys = KeyRange.decode(in);
    Target target = Codec.constant(in, Target.values());
    Op op = Codec.constant(in, Op.values());
    Bytes operand = in.bytes();
    if (target != Target.VALUE && operand.length() != 8) {
      throw new MalformedException("a number of 8 bytes to compare with", in.offset());
    }
    return new Compare(keys, target, op, operand);
  }
}
