package org.quorate.spi.operations;

import java.nio.charset.StandardCharsets;
import org.quorate.spi.operations.OperationException.Code;

/** Bounds of operations, and the checks for them. */
public final class OperationLimits {
  /** Content and changes of an operation together, in bytes of UTF-8: 256 KiB. */
  public static final int CONTENT_BYTES = 256 << 10;

  /** Most keys that an operation changes. */
  public static final int CHANGES = 32;

  /** Most nodes that are online. */
  public static final int NODES = 48;

  /** Longest name of an operation or node, in bytes of UTF-8. */
  public static final int NAME_BYTES = 256;

  /** Longest answer of a member, in bytes of UTF-8; a longer one counts as a failure. */
  public static final int ANSWER_BYTES = 1024;

  /** Longest result of the work, in bytes of UTF-8: 16 KiB; a longer one counts as a failure. */
  public static final int RESULT_BYTES = 16 << 10;

  /** Longest wait for a lock or a phase, in milliseconds: a day. */
  public static final long WAIT_MS = 86_400_000;

  /** Operations that are remembered after they ended. */
  public static final int LOG = 100;

  private OperationLimits() {}

  /** The text, if it is not null and fits. */
  public static String text(String what, String text, int limit) {
    if (text == null) {
      throw new OperationException(Code.INVALID, what + " is null");
    }
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > limit) {
      throw new OperationException(
          Code.TOO_LARGE, what + " of " + size + " bytes; the limit is " + limit);
    }
    return text;
  }

  /** As {@link #text}, of a name: not empty, without control characters. */
  public static String name(String what, String text) {
    text(what, text, NAME_BYTES);
    if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
      throw new OperationException(
          Code.INVALID, what + " is empty, or has control characters: '" + text + "'");
    }
    return text;
  }

  /** The number, if it is in the range. */
  public static long range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new OperationException(
          Code.INVALID, what + " is " + value + "; it goes from " + min + " to " + max);
    }
    return value;
  }
}
