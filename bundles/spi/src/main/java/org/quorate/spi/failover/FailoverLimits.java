package org.quorate.spi.failover;

import java.nio.charset.StandardCharsets;
import org.quorate.spi.failover.FailoverException.Code;

/** Bounds of what is recorded, and the checks for them. */
public final class FailoverLimits {
  /** Longest content of a record, in bytes: 256 KiB. */
  public static final int CONTENT_BYTES = 262_144;

  /**
   * All else of a record, in bytes: 128 KiB, some thousand shards. How it is taken over does not count:
   * what could be recorded can be taken over.
   */
  public static final int RECORD_BYTES = 128 << 10;

  /** Most locks of a record. */
  public static final int LOCKS = 48;

  /** Longest name of a database, table, node, lock or shard, in bytes of UTF-8. */
  public static final int NAME_BYTES = 256;

  /** Most events that are listed at once. */
  public static final int EVENTS = 1_000;

  /** Longest wait for the mode normal, in milliseconds: a day. */
  public static final long WAIT_MS = 86_400_000;

  private FailoverLimits() {}

  /** The value, if it is not null. */
  public static <T> T given(String what, T value) {
    if (value == null) {
      throw new FailoverException(Code.INVALID, what + " is null");
    }
    return value;
  }

  /** The text, if it is not null, fits, and has no control characters. */
  public static String name(String what, String text) {
    given(what, text);
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > NAME_BYTES) {
      throw new FailoverException(
          Code.TOO_LARGE, what + " of " + size + " bytes; the limit is " + NAME_BYTES);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new FailoverException(Code.INVALID, what + " has control characters");
    }
    return text;
  }

  /** The number, if it is in the range. */
  public static long range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new FailoverException(
          Code.INVALID, what + " is " + value + "; it goes from " + min + " to " + max);
    }
    return value;
  }
}
