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

  /** Whatever this replica has applied, however old: the only level that a cut-off one answers. */
  record Local() implements ReadLevel {}
}
