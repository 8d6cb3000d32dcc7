package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.quorate.api.Conflict;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Proposal;
import org.quorate.core.certify.Intents.Place;
import org.quorate.core.log.VirtualLog;

/**
 * Transactions that lost and hold an intent: each is told when nobody stands before it any more, so
 * that its next try wins. Told at once they would all come back, to lose again. When to tell is no
 * part of the verdict. On the group's loop.
 */
final class Losers {
  /** Longest time to keep a loser waiting: an intent before it may be of a client that is gone. */
  static final long LONGEST_MS = 1_000;

  private record Loser(
      Proposal proposal, Conflict conflict, long hintMs, long untilMs, Consumer<Outcome> waiter) {
    void tell(long hintMs) {
      waiter.accept(new Aborted(conflict.withRetryAfterMs(hintMs)));
    }
  }

  private final VirtualLog log;
  private List<Loser> waiting = new ArrayList<>();
  private long endings;

  Losers(VirtualLog log) {
    this.log = log;
  }

  /**
   * Answers a loser now or later.
   *
   * @param hintMs how long it had better wait if it has no intent
   */
  void add(
      Proposal proposal, Conflict conflict, long hintMs, long nowMs, Consumer<Outcome> waiter) {
    Loser loser = new Loser(proposal, conflict, hintMs, nowMs + LONGEST_MS, waiter);
    if (log.place(proposal) == Place.QUEUED) {
      waiting.add(loser);
    } else {
      tell(loser);
    }
  }

  private void tell(Loser loser) {
    loser.tell(log.place(loser.proposal()) == Place.NONE ? loser.hintMs() : 0);
  }

  /** After a turn: tells those whose turn has come. */
  void turned() {
    if (endings != log.intents().endings()) {
      endings = log.intents().endings();
      tellIf(loser -> log.place(loser.proposal()) != Place.QUEUED);
    }
  }

  /** Tells those that have waited too long. */
  void expire(long nowMs) {
    tellIf(loser -> loser.untilMs() <= nowMs || log.place(loser.proposal()) != Place.QUEUED);
  }

  private void tellIf(Predicate<Loser> due) {
    if (waiting.isEmpty()) {
      return;
    }
    List<Loser> told = new ArrayList<>();
    List<Loser> left = new ArrayList<>();
    waiting.forEach(loser -> (due.test(loser) ? told : left).add(loser));
    waiting = left;
    told.forEach(this::tell);
  }

  int size() {
    return waiting.size();
  }
}
