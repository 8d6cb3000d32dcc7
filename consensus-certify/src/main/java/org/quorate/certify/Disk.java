package org.quorate.certify;

import java.util.ArrayDeque;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.storage.Pending;

/**
 * What of log, incarnation and promise was handed to the disk, and what of it is known to be there.
 * One record per slot, so a slot's payload and order are one write. A write under way is remembered
 * by the last slot it proves; when the log is cut, what was cut is taken from the writes too, so
 * that a late completion proves nothing of the slots that replaced it.
 */
final class Disk {
  private static final class Write {
    final long number;
    long slot; // proves the log up to here
    final boolean stable;
    final long incarnation;
    final View promised;

    Write(long number, long slot, boolean stable, HardState hard) {
      this.number = number;
      this.slot = slot;
      this.stable = stable;
      this.incarnation = hard.incarnation();
      this.promised = hard.promised();
    }
  }

  private final SlotLog log;
  private final HardState hard;
  private final ArrayDeque<Write> writes = new ArrayDeque<>(); // [volatile] in order of issue
  private long issued; // [volatile] last slot handed to the disk
  private long durable; // [volatile] the log in memory is on disk up to here; at most issued
  private boolean reset; // [volatile] the log on disk is to be dropped
  private Pending newest; // [volatile] last write that was issued
  private long proven; // [volatile] number of the newest write known on disk

  Disk(SlotLog log, HardState hard) {
    this.log = log;
    this.hard = hard;
    issued = log.complete();
    durable = log.complete();
  }

  /** The log was cut before {@code slot}. */
  void truncatedFrom(long slot) {
    issued = Math.min(issued, slot - 1);
    durable = Math.min(durable, slot - 1);
    for (Write write : writes) {
      write.slot = Math.min(write.slot, slot - 1);
    }
  }

  /** The log was replaced by a snapshot, which is durable itself. */
  void resetTo(long slot) {
    truncatedFrom(1);
    reset = true;
    issued = slot;
    durable = slot;
  }

  /** Hands over what is new: the promise before the slots of its view. */
  void flush(Effects out) {
    if (reset) {
      reset = false;
      issued(out.reset(log.base() + 1), durable, false);
    }
    if (hard.dirty()) {
      issued(out.record(hard.encode()), durable, true);
    }
    if (issued < log.complete()) {
      long first = issued + 1;
      issued = log.complete();
      issued(out.append(first, log.records(first, issued)), issued, false);
    }
  }

  private void issued(Pending pending, long slot, boolean stable) {
    newest = pending;
    writes.add(new Write(pending.number(), slot, stable, hard));
  }

  /** A write, and all before it, is on disk. */
  void durable(long number) {
    proven = Math.max(proven, number);
    while (!writes.isEmpty() && writes.peek().number <= number) {
      Write write = writes.poll();
      if (write.stable) {
        hard.durable(write.incarnation, write.promised);
      }
      durable = Math.max(durable, write.slot);
    }
  }

  /** Slot up to which the log, payload included, is on disk. */
  long durable() {
    return durable;
  }

  /** The write after which everything issued is on disk, or null when it is already. */
  Pending outstanding() {
    return newest == null || newest.number() <= proven ? null : newest;
  }
}
