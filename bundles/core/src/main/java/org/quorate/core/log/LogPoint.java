package org.quorate.core.log;

/**
 * How far a replica has come in the links: the epoch, and the index of that link up to which it has
 * applied. Ordered: all of a link is before its successor.
 */
public record LogPoint(long epoch, long inner) implements Comparable<LogPoint> {
  @Override
  public int compareTo(LogPoint other) {
    int order = Long.compare(epoch, other.epoch);
    return order != 0 ? order : Long.compare(inner, other.inner);
  }

  /** Whether this is at or beyond the other. */
  public boolean reaches(LogPoint other) {
    return compareTo(other) >= 0;
  }
}
