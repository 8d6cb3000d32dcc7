package org.quorate.spi.coordination;

import java.nio.charset.StandardCharsets;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException.Code;

/** Bounds that hold with every provider, and the checks for them. */
public final class CoordinationLimits {
  /** Longest key, in bytes of UTF-8. */
  public static final int KEY_BYTES = 1024;

  /** Longest value, in bytes. */
  public static final int VALUE_BYTES = 512 << 10;

  /** Most conditions and operations of a transaction, together. */
  public static final int TRANSACTION_PARTS = 128;

  /** Keys and values of a transaction, in bytes. */
  public static final int TRANSACTION_BYTES = 768 << 10;

  /** Most entries of one listing; also the default. */
  public static final int LISTING_ENTRIES = 10_000;

  /** Most scopes of one blocking query. */
  public static final int POLL_SCOPES = 16;

  /** Longest wait of a blocking query, in milliseconds: ten minutes. */
  public static final long POLL_MS = 600_000;

  /** Shortest TTL of a session, in milliseconds. */
  public static final long MIN_TTL_MS = 1_000;

  /** Longest TTL of a session, in milliseconds: a day. */
  public static final long MAX_TTL_MS = 86_400_000;

  /** Longest name of a session, in bytes of UTF-8. */
  public static final int NAME_BYTES = 256;

  /** Longest purpose of a lock or reason of its forced release, in bytes of UTF-8. */
  public static final int PURPOSE_BYTES = 1024;

  /** Longest wait for a lock, in milliseconds: a day. */
  public static final long LOCK_WAIT_MS = 86_400_000;

  /** Forced releases that are remembered. */
  public static final int FORCED_RELEASES = 1000;

  private CoordinationLimits() {}

  /** Size of a text in UTF-8. */
  public static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The value, if it fits. */
  public static Bytes value(Bytes value) {
    if (value == null) {
      throw new CoordinationException(Code.INVALID, "a value is null");
    }
    if (value.length() > VALUE_BYTES) {
      throw tooLarge("a value of", value.length(), "bytes", VALUE_BYTES);
    }
    return value;
  }

  /** The text, if it fits. */
  public static String text(String what, String text, int limit) {
    if (text == null) {
      throw new CoordinationException(Code.INVALID, what + " is null");
    }
    int size = bytes(text);
    if (size > limit) {
      throw tooLarge(what + " of", size, "bytes", limit);
    }
    return text;
  }

  /** The number, if it is in the range. */
  public static long range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new CoordinationException(
          Code.INVALID, what + " is " + value + "; it goes from " + min + " to " + max);
    }
    return value;
  }

  static CoordinationException tooLarge(String what, long size, String unit, long limit) {
    return new CoordinationException(
        Code.TOO_LARGE, what + " " + size + " " + unit + "; the limit is " + limit);
  }
}
