package org.quorate.core.replica;

import org.quorate.spi.storage.StateBatch;

/**
 * Spreads a checkpoint over time: a bounded rate while there is room in memory, the faster the less
 * of it is left, so that what comes in never overtakes what goes out. Told on the group's loop how
 * full the memory is; slows the worker that writes.
 */
final class CheckpointPace implements StateBatch.Pace {
  /** While the memory is empty. */
  private static final double BYTES_PER_SECOND = 16 << 20;

  /** A shorter pause is put off: timers are no finer. */
  private static final long SHORTEST_NANOS = 2_000_000;

  /** A pause looks so often whether it has become urgent. */
  private static final long LONGEST_NANOS = 20_000_000;

  private final CheckpointBudget.Account account;
  private volatile double fullness;
  private volatile boolean urgent;
  private long owedNanos;

  CheckpointPace(CheckpointBudget.Account account) {
    this.account = account;
  }

  /** How full the memory is, from 0; at 1 the checkpoint runs as fast as it goes. */
  void fullness(double part) {
    fullness = Math.min(1, part);
  }

  /** Whether someone waits for the checkpoint. */
  void urgent(boolean now) {
    urgent = now;
  }

  @Override
  public void wrote(long bytes) {
    owedNanos += (long) (bytes * 1e9 / BYTES_PER_SECOND * (1 - fullness));
    while (owedNanos >= SHORTEST_NANOS && !urgent) {
      long nanos = Math.min(owedNanos, LONGEST_NANOS);
      account.pause(nanos);
      owedNanos -= nanos;
    }
    owedNanos = urgent ? 0 : owedNanos;
  }
}
