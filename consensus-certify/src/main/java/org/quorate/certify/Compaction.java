package org.quorate.certify;

import java.util.ArrayDeque;

/**
 * Drops the log below the checkpoint that no member needs. Members that are behind hold it back, but
 * for no more than the retention budget, in bytes and in age: whoever is further behind gets a snapshot.
 */
final class Compaction {
  private static final int MARKS = 16;

  private final Certify certify;
  private long checkpoint; // [volatile] state up to here needs no log
  private long floor; // [volatile] every member has the log up to here, as far as is known
  private long tooOld; // [volatile] kept for longer than anybody who is behind may expect
  private final ArrayDeque<Mark> marks = new ArrayDeque<>(); // [volatile] where the log ended

  private record Mark(long atMs, long slot) {}

  Compaction(Certify certify) {
    this.certify = certify;
  }

  void checkpointed(long inner) {
    checkpoint = Math.max(checkpoint, inner);
    run();
  }

  /** Told by the sequencer, or known to it. */
  void floor(long slot) {
    floor = slot;
    run();
  }

  /** Notes where the log ends, so that it is known later how old it is; an age begins anew at a restart. */
  void tick() {
    long retainMs = certify.options.retainMs();
    if (retainMs == 0) {
      return;
    }
    long now = certify.timers.nowMs();
    if (marks.isEmpty() || now - marks.peekLast().atMs() >= retainMs / MARKS) {
      marks.addLast(new Mark(now, certify.log.last()));
    }
    while (now - marks.peekFirst().atMs() >= retainMs) {
      tooOld = marks.removeFirst().slot();
    }
  }

  private void run() {
    SlotLog log = certify.log;
    long top = Math.min(checkpoint, certify.delivering.delivered());
    top = Math.min(Math.min(top, log.complete()), certify.disk.durable());
    if (top <= log.base()) {
      return;
    }
    long unwanted = Math.max(floor, tooOld);
    long target = Math.max(Math.min(top, unwanted), beyondBudget(top));
    if (target <= log.base()) {
      return;
    }
    certify.delivering.dropTo(target);
    log.dropTo(target);
    certify.configs.dropTo(target);
    certify.laggards.dropTo(target);
    certify.seals.dropTo(target);
    certify.out.trim(target + 1);
  }

  /** The lowest slot so that what is kept up to {@code top} fits the budget. */
  private long beyondBudget(long top) {
    SlotLog log = certify.log;
    long low = log.base();
    long high = top;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (log.bytes(middle, top) <= certify.options.retainBytes()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
