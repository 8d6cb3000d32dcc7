package org.quorate.raft;

import java.util.ArrayDeque;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.storage.Pending;

/**
 * What of log, term and vote was handed to the disk, and what of it is known to be there. A write
 * under way is remembered by the last index it proves; when the log is cut, what was cut is taken
 * from the writes too, so that a late completion proves nothing of the entries that replaced it.
 */
final class Disk {
  private static final class Write {
    final long number;
    long index; // proves the log up to here
    final boolean stable;
    final long term;
    final NodeId vote;
    final long atMs;

    Write(long number, long index, boolean stable, HardState hard, long atMs) {
      this.number = number;
      this.index = index;
      this.stable = stable;
      this.term = hard.term();
      this.vote = hard.vote();
      this.atMs = atMs;
    }
  }

  private final RaftLog log;
  private final HardState hard;
  private final ArrayDeque<Write> writes = new ArrayDeque<>(); // [volatile] in order of issue
  private long issued; // [volatile] last index handed to the disk
  private long durable; // [volatile] the log in memory is on disk up to here; at most issued
  private boolean reset; // [volatile] the log on disk is to be dropped
  private Pending newest; // [volatile] last write that was issued
  private long proven; // [volatile] number of the newest write known on disk

  Disk(RaftLog log, HardState hard) {
    this.log = log;
    this.hard = hard;
    issued = log.last();
    durable = log.last();
  }

  /** The log was cut before {@code index}. */
  void truncatedFrom(long index) {
    issued = Math.min(issued, index - 1);
    durable = Math.min(durable, index - 1);
    for (Write write : writes) {
      write.index = Math.min(write.index, index - 1);
    }
  }

  /** The log was replaced by a snapshot, which is durable itself. */
  void resetTo(long index) {
    truncatedFrom(1);
    reset = true;
    issued = index;
    durable = index;
  }

  /** Hands over what is new: term and vote before the entries of the term. */
  void flush(Effects out, long nowMs) {
    if (reset) {
      reset = false;
      issued(out.reset(log.base() + 1), durable, false, nowMs);
    }
    if (hard.dirty()) {
      issued(out.record(hard.encode()), durable, true, nowMs);
    }
    if (issued < log.last()) {
      long first = issued + 1;
      issued = log.last();
      issued(out.append(first, log.records(first, issued)), issued, false, nowMs);
    }
  }

  private void issued(Pending pending, long index, boolean stable, long nowMs) {
    newest = pending;
    writes.add(new Write(pending.number(), index, stable, hard, nowMs));
  }

  /** A write, and all before it, is on disk. */
  void durable(long number) {
    proven = Math.max(proven, number);
    while (!writes.isEmpty() && writes.peek().number <= number) {
      Write write = writes.poll();
      if (write.stable) {
        hard.durable(write.term, write.vote);
      }
      durable = Math.max(durable, write.index);
    }
  }

  /** Index up to which the log is on disk. */
  long durable() {
    return durable;
  }

  /** The write after which everything issued is on disk, or null when it is already. */
  Pending outstanding() {
    return newest == null || newest.number() <= proven ? null : newest;
  }

  /** How long the oldest write has been under way; 0 when none is. */
  long waitingMs(long nowMs) {
    return writes.isEmpty() ? 0 : nowMs - writes.peek().atMs;
  }
}
