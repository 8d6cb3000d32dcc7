package org.quorate.certify;

/**
 * Decisions that safety rests on, and with the last one throughput, apart so that tests can break one
 * and see that it is noticed.
 */
class Rules {
  static final Rules SOUND = new Rules();

  /** Whether who promises a view turns away from the earlier ones. */
  boolean keepsPromises() {
    return true;
  }

  /** The slot that a node counts for itself: what is durable, not what was handed to the disk. */
  long counted(Disk disk, SlotLog log) {
    return disk.durable();
  }

  /** Whether a slot that {@code ordered} ordered is found stable by counting in {@code view}. */
  boolean counts(View view, View ordered) {
    return view.equals(ordered);
  }

  /** The slot that a node acknowledges. */
  long acknowledged(SlotLog log, long matched) {
    return Math.min(matched, log.complete());
  }

  /** Whether a proposer takes over a log that ends in a later view, or in the same and is longer. */
  boolean takesBetterLogs() {
    return true;
  }

  /** Whether a slot without payload may become a no-op. */
  boolean mayVoid(boolean nobodyKept) {
    return nobodyKept;
  }

  /** Whether a slot holds what the sequencer says. */
  boolean sameSlot(View have, View told) {
    return have.equals(told);
  }

  /** Whether what is submitted again keeps its message id. */
  boolean keepsMessageIds() {
    return true;
  }

  /** Whether a member out of the lag budget is set aside instead of waited for. */
  boolean setsAside() {
    return true;
  }
}
