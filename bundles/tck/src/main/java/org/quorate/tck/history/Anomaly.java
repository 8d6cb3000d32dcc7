package org.quorate.tck.history;

/**
 * Something that no history of the level may hold.
 *
 * @param order what, beside the data, the cycle needs
 * @param explanation lines for a person: the transactions and why one comes before the other
 */
public record Anomaly(Kind kind, Order order, String explanation) {
  /** Adya's names (MIT thesis, 1999) as extended by Elle (Kingsbury and Alvaro, VLDB 2020). */
  public enum Kind {
    /** Dirty write: writes of two transactions in opposite orders. */
    G0("G0"),
    /** Read of what an aborted transaction wrote. */
    G1A("G1a"),
    /** Read of what a transaction later overwrote itself. */
    G1B("G1b"),
    /** Circular information flow: a cycle of writes and reads of them. */
    G1C("G1c"),
    /** Read skew: a cycle with one read that missed a write. */
    G_SINGLE("G-single"),
    /** A cycle with several such reads, never two in a row: no snapshot explains it. */
    G_NONADJACENT("G-nonadjacent"),
    /** Write skew: a cycle with reads that missed writes. */
    G2("G2"),
    /** Two transactions read one version and both replaced it. */
    LOST_UPDATE("lost-update"),
    /** A transaction does not see its own earlier reads and writes. */
    INTERNAL("internal"),
    /** Read of a value that nobody wrote. */
    GARBAGE("garbage-read"),
    /** One append is twice in a list. */
    DUPLICATE("duplicate"),
    /** Two reads of a list of which neither is the beginning of the other. */
    INCOMPATIBLE_ORDER("incompatible-order"),
    /** The balances of a bank do not have the sum that they must have. */
    TOTAL("total"),
    /** A counter holds less than was acknowledged or more than was asked for. */
    COUNT("count");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  /** Which order beside that of the data a cycle contradicts. */
  public enum Order {
    DATA(""),
    /** The order of one process. */
    SESSION("-process"),
    /** What had ended before another began. */
    REAL_TIME("-realtime");

    private final String suffix;

    Order(String suffix) {
      this.suffix = suffix;
    }
  }

  /** The usual name, as in {@code G-single-realtime}. */
  public String name() {
    return kind.title + order.suffix;
  }

  @Override
  public String toString() {
    return name() + ": " + explanation;
  }
}
