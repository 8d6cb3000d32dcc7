package org.quorate.coordinator.zk;

/**
 * A place in the log.
 *
 * @param next number of the entry behind it
 */
record Position(int folder, long next) implements Comparable<Position> {
  static final Position BEGIN = new Position(0, 0);

  @Override
  public int compareTo(Position other) {
    int byFolder = Integer.compare(folder, other.folder);
    return byFolder != 0 ? byFolder : Long.compare(next, other.next);
  }
}
