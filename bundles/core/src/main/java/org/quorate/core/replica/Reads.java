package org.quorate.core.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.ReadOutcome.Answered;
import org.quorate.api.ReadOutcome.Unanswered;
import org.quorate.core.certify.Intents.Place;
import org.quorate.core.log.VirtualLog;
import org.quorate.spi.state.QueryException;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/**
 * Reads that wait for the tail, for an inner index, for a version or for a transaction's turn. On the
 * group's loop.
 */
final class Reads {
  /** Longest time for which a turn is waited for: then the try that follows keeps the place. */
  static final long LONGEST_TURN_MS = 1_000;

  /** A query and who asked. */
  record Read(long ticket, Bytes query, Consumer<ReadOutcome> done) {}

  private record Waiting(long until, Read read) {}

  private record Queued(ReadLevel.Turn turn, long untilMs, Read read) {}

  private final VirtualLog log;
  private final StateMachine machine;
  private final Offload offload;
  private final Map<Long, Read> asked = new HashMap<>();
  private final PriorityQueue<Waiting> byInner =
      new PriorityQueue<>((a, b) -> Long.compare(a.until(), b.until()));
  private final PriorityQueue<Waiting> byVersion =
      new PriorityQueue<>((a, b) -> Long.compare(a.until(), b.until()));

  private List<Queued> byTurn = new ArrayList<>();
  private long changes;

  Reads(VirtualLog log, StateMachine machine, Offload offload) {
    this.log = log;
    this.machine = machine;
    this.offload = offload;
  }

  /** The tail was asked for. */
  void asked(Read read) {
    asked.put(read.ticket(), read);
  }

  /** The tail is known. */
  void tail(long ticket, long inner) {
    Read read = asked.get(ticket);
    if (read != null) {
      byInner.add(new Waiting(inner, read));
    }
  }

  /** Waits for a version. */
  void causal(Read read, long version) {
    asked.put(read.ticket(), read);
    byVersion.add(new Waiting(version, read));
  }

  /** Waits for the turn of a transaction, and then for a version. */
  void turn(Read read, ReadLevel.Turn turn, long nowMs) {
    if (queued(turn)) {
      asked.put(read.ticket(), read);
      byTurn.add(new Queued(turn, nowMs + LONGEST_TURN_MS, read));
    } else {
      causal(read, turn.gtid().version());
    }
  }

  private boolean queued(ReadLevel.Turn turn) {
    return log.place(turn.session(), turn.intent()) == Place.QUEUED;
  }

  /** After a turn of the loop. */
  void turned() {
    if (changes != log.intents().changes()) {
      changes = log.intents().changes();
      moveOn(wait -> !queued(wait.turn()));
    }
  }

  /** Those that have waited too long go on as if their turn had come. */
  void expireTurns(long nowMs) {
    moveOn(wait -> wait.untilMs() <= nowMs || !queued(wait.turn()));
  }

  private void moveOn(Predicate<Queued> due) {
    if (byTurn.isEmpty()) {
      return;
    }
    List<Queued> left = new ArrayList<>();
    for (Queued wait : byTurn) {
      if (!asked.containsKey(wait.read().ticket())) {
        continue;
      } else if (due.test(wait)) {
        causal(wait.read(), wait.turn().gtid().version());
      } else {
        left.add(wait);
      }
    }
    byTurn = left;
  }

  /**
   * A tail that came from a link which has ended since does not count: forgets what was learned.
   *
   * @return the tickets of the reads whose tail has to be asked for again
   */
  List<Long> askAgain() {
    byInner.clear();
    List<Long> tickets = new ArrayList<>(asked.keySet());
    byVersion.forEach(w -> tickets.remove(w.read().ticket()));
    byTurn.forEach(w -> tickets.remove(w.read().ticket()));
    Collections.sort(tickets);
    return tickets;
  }

  /** Whether a read waits under this ticket. */
  boolean waits(long ticket) {
    return asked.containsKey(ticket);
  }

  /** Not waited for any more: refused or timed out. */
  void forget(long ticket) {
    asked.remove(ticket);
  }

  /** Answers all whose index and version have been reached; forgets their tickets by the callback. */
  void applied(Consumer<Read> answering) {
    drain(byInner, log.inner(), answering);
    drain(byVersion, log.version(), answering);
  }

  private void drain(PriorityQueue<Waiting> queue, long reached, Consumer<Read> answering) {
    if (queue.isEmpty() || queue.peek().until() > reached) {
      return;
    }
    ArrayDeque<Read> due = new ArrayDeque<>();
    while (!queue.isEmpty() && queue.peek().until() <= reached) {
      due.add(queue.poll().read());
    }
    for (Read read : due) {
      if (asked.remove(read.ticket()) != null) {
        answering.accept(read);
      }
    }
  }

  /** Runs the query: here, or on a worker if it reads much. */
  void answer(Read read) {
    StateView view = log.view();
    if (machine.lengthy(read.query())) {
      org.quorate.api.Gtid gtid = log.gtid();
      offload.run(
          () -> query(view, read.query(), gtid),
          read.done(),
          why -> read.done().accept(unanswered(Rejection.UNSUPPORTED, "query failed: " + why)));
    } else {
      read.done().accept(query(view, read.query(), log.gtid()));
    }
  }

  private ReadOutcome query(StateView view, Bytes query, org.quorate.api.Gtid gtid) {
    try {
      return new Answered(gtid, machine.query(view, query));
    } catch (QueryException e) {
      return unanswered(e.code(), e.getMessage());
    }
  }

  private static Unanswered unanswered(Rejection code, String message) {
    return new Unanswered(new Rejected(code, message));
  }
}
