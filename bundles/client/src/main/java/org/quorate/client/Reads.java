package org.quorate.client;

import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.protocol.Outcomes;

/**
 * The reads of one group; repeated until they are answered or their time is over. On the client's
 * loop.
 */
final class Reads {
  private static final long RETRY_MS = 20;
  private static final int PARKED_TRIES = 24;

  /** A read from the call to its answer. */
  final class Read implements Connection.Waiter {
    private final Bytes query;
    private final ReadLevel level;
    private final long deadlineMs;
    final Promise<ReadOutcome> promise = Promise.promise();
    private Connection at;
    private long notBeforeMs;
    private int refusals;
    private Outcome refused; // why the last node that was asked did not answer, if it said so
    private boolean done;

    private Read(Bytes query, ReadLevel level, long deadlineMs) {
      this.query = query;
      this.level = level;
      this.deadlineMs = deadlineMs;
    }

    @Override
    public void read(ReadOutcome.Answered answer, Outcomes.Addressed instead) {
      Connection from = at;
      at = null;
      if (done) {
        return;
      }
      if (answer != null) {
        leader.confirmed();
        finish(this, answer);
      } else {
        unanswered(this, from, instead);
      }
    }

    @Override
    public void lost(String why) {
      Connection from = at;
      at = null;
      if (!done) {
        waiting = true;
        leader.moveFrom(from, "");
        client.loop().execute(Reads.this::pump);
      }
    }
  }

  private final QuorateClient client;
  private final GroupId group;
  private final Leader leader;
  private final Set<Read> pending = new LinkedHashSet<>();
  private boolean waiting;

  Reads(QuorateClient client, GroupId group, Leader leader) {
    this.client = client;
    this.group = group;
    this.leader = leader;
  }

  Read make(Bytes query, ReadLevel level, long timeoutMs) {
    return new Read(query, level, client.nowMs() + timeoutMs);
  }

  void add(Read read) {
    pending.add(read);
    Connection connection = waiting ? null : leader.connection();
    if (connection != null) {
      send(read, connection);
    } else {
      waiting = true;
    }
  }

  private void send(Read read, Connection connection) {
    read.at = connection;
    connection.read(group, read.query, read.level, read);
  }

  private void unanswered(Read read, Connection from, Outcomes.Addressed instead) {
    Outcome why = instead.outcome();
    if (why instanceof Outcome.NotLeader || why instanceof Outcome.Indeterminate) {
      read.refused = why instanceof Outcome.NotLeader n && !n.why().isEmpty() ? n : null;
      leader.moveFrom(from, instead.address());
      again(read, why instanceof Outcome.NotLeader ? 0 : RETRY_MS);
    } else if (why instanceof Outcome.Overloaded busy) {
      again(read, busy.retryAfterMs());
    } else if (why instanceof Outcome.Rejected refused
        && Writes.elsewhere(refused)
        && ++read.refusals < PARKED_TRIES) {
      read.refused = refused;
      leader.leave(from);
      again(read, RETRY_MS);
    } else {
      finish(read, new ReadOutcome.Unanswered(why));
    }
  }

  private void again(Read read, long afterMs) {
    read.notBeforeMs = afterMs == 0 ? 0 : client.nowMs() + afterMs;
    waiting = true;
    if (afterMs == 0) {
      pump();
    }
  }

  private void finish(Read read, ReadOutcome outcome) {
    if (!read.done) {
      read.done = true;
      pending.remove(read);
      read.promise.complete(outcome);
    }
  }

  /** Sends what waits. */
  void pump() {
    if (!waiting) {
      return;
    }
    Connection connection = leader.connection();
    if (connection == null) {
      return;
    }
    waiting = false;
    long now = client.nowMs();
    for (Read read : pending) {
      if (read.at == null) {
        if (read.notBeforeMs <= now) {
          send(read, connection);
        } else {
          waiting = true;
        }
      }
    }
  }

  /** Every 20 ms. */
  void tick() {
    expire(client.nowMs());
    pump();
  }

  private void expire(long now) {
    for (Read read : List.copyOf(pending)) {
      if (read.deadlineMs <= now) {
        finish(read, new ReadOutcome.Unanswered(late(read)));
      }
    }
  }

  private Outcome late(Read read) {
    return read.refused != null ? read.refused : new Outcome.Indeterminate(client.late(), null);
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
