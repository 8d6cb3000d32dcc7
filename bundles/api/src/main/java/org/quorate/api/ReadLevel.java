package org.quorate.api;

/** How fresh a read must be. */
public sealed interface ReadLevel {
  ReadLevel LINEARIZABLE = new Linearizable();
  ReadLevel LOCAL = new Local();

  /** Sees every write acknowledged before the read began. */
  record Linearizable() implements ReadLevel {}

  /**
   * Sees at least the commit given: read-your-writes across nodes. A replica that its strategy says
   * is cut off or set aside refuses it, as it refuses a linearizable read.
   */
  record Causal(Gtid gtid) implements ReadLevel {}

  /**
   * As {@link Causal}, and answered when no other transaction stands before this one any more at the
   * keys that it has reserved, or after a second: what it reads then is what it may build upon.
   *
   * @param session in which the transaction lost
   * @param intent its number in the session, as in {@link Transaction}
   */
  record Turn(Gtid gtid, long session, long intent) implements ReadLevel {}

  /** Whatever this replica has applied, however old: the only level that a cut-off one answers. */
  record Local() implements ReadLevel {}
}
