package org.quorate.core.replica;

import org.quorate.api.Conflict;

/**
 * How many transactions fight for a key, to tell a loser how long to wait: all that lost against one
 * commit would meet again if they came back at once. A table of fixed size, keys share its slots;
 * only an estimate, and no part of the verdict.
 */
final class Contention {
  private static final int SLOTS = 1024;

  /** Longest hint. */
  static final long MOST_MS = 100;

  private final long[] winners = new long[SLOTS];
  private final int[] losers = new int[SLOTS];
  private final int[] losersBefore = new int[SLOTS];
  private double roundMs = 1;

  /** Takes notice of an abort, wherever it was proposed. */
  void lost(Conflict conflict) {
    int slot = slot(conflict);
    long winner = conflict.winner().version();
    if (winners[slot] != winner) {
      winners[slot] = winner;
      losersBefore[slot] = losers[slot];
      losers[slot] = 0;
    }
    losers[slot]++;
  }

  /**
   * How long the loser should wait at most.
   *
   * @param tookMs from its proposal to its abort
   */
  long hintMs(Conflict conflict, long tookMs) {
    roundMs += (Math.max(1, tookMs) - roundMs) / 16;
    if (conflict.reason() == Conflict.Reason.HORIZON) {
      return 0;
    }
    int slot = slot(conflict);
    int rivals = Math.max(losers[slot], losersBefore[slot]);
    if (conflict.reason() == Conflict.Reason.INTENT) {
      rivals++;
    }
    return Math.min(MOST_MS, (long) Math.ceil(rivals * roundMs));
  }

  private static int slot(Conflict conflict) {
    int hash = conflict.key() == null ? 0 : conflict.key().hashCode();
    return (hash ^ hash >>> 16) & (SLOTS - 1);
  }
}
