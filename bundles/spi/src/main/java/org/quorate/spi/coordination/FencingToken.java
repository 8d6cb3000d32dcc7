package org.quorate.spi.coordination;

/**
 * Number of a lock's holder, higher than that of every earlier holder of the same lock: whatever the
 * lock protects refuses a token lower than the highest it has seen.
 *
 * @param epoch rises when the keys move to another provider
 * @param counter rises within an epoch
 */
public record FencingToken(long epoch, long counter) implements Comparable<FencingToken> {
  @Override
  public int compareTo(FencingToken other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(counter, other.counter);
  }

  /** {@code epoch.counter}. */
  @Override
  public String toString() {
    return epoch + "." + counter;
  }

  /** Reads what {@link #toString} wrote. */
  public static FencingToken parse(String text) {
    int dot = text.indexOf('.');
    try {
      return new FencingToken(
          Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new CoordinationException(
          CoordinationException.Code.INVALID, "'" + text + "' is not a token: EPOCH.COUNTER");
    }
  }
}
