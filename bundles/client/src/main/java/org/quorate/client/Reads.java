package org.quorate.client;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.protocol.Outcomes;

/**
 * The reads of one group; repeated until they are answered or their time is over. An answer costs the
 * same however many wait. On the client's loop.
 */
final class Reads {
  private static final long RETRY_MS = 20;
  private static final int PARKED_TRIES = 24;

  /** More are not under way at once, so that what is not a read has not to wait behind all of them. */
  private static final int UNDER_WAY_MAX = 1_024;

  /** A read from the call to its answer. */
  final class Read implements Connection.Waiter {
    private final Bytes query;
    private final ReadLevel level;
    private final long deadlineMs;
    private final int size; // what it counts for while it waits
    final Promise<ReadOutcome> promise = Promise.promise();
    private Connection at;
    private long notBeforeMs;
    private int refusals;
    private Outcome refused; // why the last node that was asked did not answer, if it said so
    private boolean done;

    private Read(Bytes query, ReadLevel level, long deadlineMs, int size) {
      this.query = query;
      this.level = level;
      this.deadlineMs = deadlineMs;
      this.size = size;
    }

    @Override
    public void read(ReadOutcome.Answered answer, Outcomes.Addressed instead) {
      Connection from = back();
      if (!done) {
        if (answer != null) {
          leader.confirmed();
          finish(this, answer);
        } else {
          unanswered(this, from, instead);
        }
      }
      pump();
    }

    @Override
    public void lost(String why) {
      Connection from = back();
      if (!done) {
        leader.moveFrom(from, "");
        again(this, 0);
        client.loop().execute(Reads.this::pump);
      }
    }

    private Connection back() {
      Connection from = at;
      at = null;
      underWay--;
      return from;
    }
  }

  private final QuorateClient client;
  private final GroupId group;
  private final Leader leader;
  private final Set<Read> pending = new HashSet<>();
  private final Deque<Read> waiting = new ArrayDeque<>(); // some of them may be done meanwhile
  private final Queue<Read> pausing =
      new PriorityQueue<>(Comparator.comparingLong((Read read) -> read.notBeforeMs));
  private int underWay;
  private long firstDeadlineMs = Long.MAX_VALUE; // of those that are pending, or earlier

  Reads(QuorateClient client, GroupId group, Leader leader) {
    this.client = client;
    this.group = group;
    this.leader = leader;
  }

  Read make(Bytes query, ReadLevel level, long timeoutMs, int size) {
    return new Read(query, level, client.nowMs() + timeoutMs, size);
  }

  void add(Read read) {
    pending.add(read);
    firstDeadlineMs = Math.min(firstDeadlineMs, read.deadlineMs);
    waiting.add(read);
    pump();
  }

  private void unanswered(Read read, Connection from, Outcomes.Addressed instead) {
    Outcome why = instead.outcome();
    if (why instanceof Outcome.NotLeader || why instanceof Outcome.Indeterminate) {
      read.refused = why instanceof Outcome.NotLeader n && !n.why().isEmpty() ? n : null;
      leader.moveFrom(from, instead.address());
      again(read, why instanceof Outcome.NotLeader ? 0 : RETRY_MS);
    } else if (why instanceof Outcome.Overloaded busy) {
      again(read, busy.retryAfterMs());
    } else if (why instanceof Outcome.Rejected refused && Writes.elsewhere(refused)) {
      boolean forGood = refusedForGood(read, refused, from);
      leader.leave(from);
      if (forGood) {
        finish(read, new ReadOutcome.Unanswered(refused));
      } else {
        read.refused = refused;
        again(read, RETRY_MS);
      }
    } else {
      finish(read, new ReadOutcome.Unanswered(why));
    }
  }

  private boolean refusedForGood(Read read, Outcome.Rejected refused, Connection from) {
    return refused.code() == Outcome.Rejection.FORKED
        ? leader.forked(from)
        : ++read.refusals >= PARKED_TRIES;
  }

  private void again(Read read, long afterMs) {
    if (afterMs == 0) {
      waiting.add(read);
    } else {
      read.notBeforeMs = client.nowMs() + afterMs;
      pausing.add(read);
    }
  }

  private void finish(Read read, ReadOutcome outcome) {
    if (!read.done) {
      read.done = true;
      pending.remove(read);
      client.admission().leave(read.size);
      Promises.complete(read.promise, outcome);
    }
  }

  /** Sends what waits. */
  void pump() {
    Connection connection = waiting.isEmpty() ? null : leader.connection();
    if (connection == null) {
      return;
    }
    while (underWay < UNDER_WAY_MAX && connection.isOpen() && !waiting.isEmpty()) {
      Read read = waiting.poll();
      if (!read.done) {
        read.at = connection;
        underWay++;
        connection.read(group, read.query, read.level, read);
      }
    }
  }

  /** Every 20 ms. */
  void tick() {
    long now = client.nowMs();
    expire(now);
    while (!pausing.isEmpty() && pausing.peek().notBeforeMs <= now) {
      waiting.add(pausing.poll());
    }
    pump();
  }

  private void expire(long now) {
    if (now < firstDeadlineMs) {
      return;
    }
    List<Read> late = new ArrayList<>();
    firstDeadlineMs = Long.MAX_VALUE;
    for (Read read : pending) {
      if (read.deadlineMs <= now) {
        late.add(read);
      } else {
        firstDeadlineMs = Math.min(firstDeadlineMs, read.deadlineMs);
      }
    }
    late.forEach(read -> finish(read, new ReadOutcome.Unanswered(late(read))));
    waiting.removeIf(read -> read.done); // nobody takes them from there while no node is connected
  }

  private Outcome late(Read read) {
    return read.refused != null
        ? Leader.late(read.refused)
        : new Outcome.Indeterminate(client.late(), null);
  }

  void refuseAll(Outcome.Rejected refused) {
    for (Read read : List.copyOf(pending)) {
      if (read.at == null) {
        finish(read, new ReadOutcome.Unanswered(refused));
      }
    }
  }

  void end() {
    expire(Long.MAX_VALUE);
  }
}
