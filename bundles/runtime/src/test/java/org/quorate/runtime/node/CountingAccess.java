package org.quorate.runtime.node;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Gtid;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.simulator.client.WrappedAccess;

/** Counts reads; on demand answers are as if a forced recovery had begun another history. */
final class CountingAccess extends WrappedAccess {
  private final AtomicInteger reads;
  private volatile long lower;

  CountingAccess(GroupAccess access, AtomicInteger reads) {
    super(access);
    this.reads = reads;
  }

  /** From now on answers are of another history, in which versions are so much lower. */
  void fork(long versions) {
    lower = versions;
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    reads.incrementAndGet();
    return lower == 0
        ? super.read(query, level)
        : super.read(query, ReadLevel.LINEARIZABLE).thenApply(this::forked);
  }

  private ReadOutcome forked(ReadOutcome outcome) {
    if (!(outcome instanceof ReadOutcome.Answered found)) {
      return outcome;
    }
    Gtid gtid = found.gtid();
    return new ReadOutcome.Answered(
        new Gtid(gtid.historyId() + 1, gtid.version() - lower), found.result());
  }
}
