package org.quorate.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Indeterminate;
import org.quorate.api.Outcome.NotLeader;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.protocol.Outcomes;
import org.quorate.api.wire.Decoder;

/**
 * The proposals of one group, in a session that is opened when the first one comes, kept alive, and
 * opened anew when it has expired. A proposal keeps its sequence through all retries, so it is
 * executed at most once. On the client's loop.
 */
final class Writes {
  /** Sequences that may be unanswered at once; the group remembers 4096. */
  private static final int WINDOW = 4000;

  private static final long RETRY_MS = 20;

  /** A group that no node has open for so long is refused; one that is being updated is back. */
  private static final long PARKED_MS = 5000;

  private enum State {
    NONE,
    OPENING,
    OPEN,
    EXPIRED
  }

  private final QuorateClient client;
  private final GroupId group;
  private final Leader leader;
  private final ArrayDeque<Write> queue = new ArrayDeque<>();
  private final ArrayDeque<Write> window = new ArrayDeque<>();
  private State state = State.NONE;
  private long session;
  private long nextSequence = 1;
  private long acknowledged;
  private long keptAliveMs;
  private boolean keepingAlive;
  private boolean resend;
  private long refusedSinceMs = -1; // -1 while the group is open somewhere
  private Rejected refusal; // the last one since then

  Writes(QuorateClient client, GroupId group, Leader leader) {
    this.client = client;
    this.group = group;
    this.leader = leader;
  }

  Write make(Bytes command, Transaction transaction, long timeoutMs, int size) {
    return new Write(this, command, transaction, client.nowMs() + timeoutMs, size);
  }

  /** It waits no longer. */
  void over(Write write) {
    client.admission().leave(write.size);
  }

  /** Takes a proposal; {@link #pump} sends it. */
  void add(Write write) {
    queue.add(write);
  }

  /** The session in use, 0 while there is none: the lease for keys that live as long as it. */
  long session() {
    return state == State.OPEN ? session : 0;
  }

  /** Opens the session if there is none, although nothing is to be written yet. */
  void wantSession() {
    if (state == State.NONE) {
      Connection connection = leader.connection();
      if (connection != null) {
        open(connection);
      }
    }
  }

  /** Sends what can be sent. */
  void pump() {
    if (queue.isEmpty() && window.isEmpty()) {
      return;
    }
    Connection connection = leader.connection();
    if (connection == null) {
      return;
    }
    if (state == State.EXPIRED) {
      renew();
    }
    if (state == State.NONE) {
      open(connection);
    }
    if (state != State.OPEN) {
      return;
    }
    if (resend) {
      again(connection);
    }
    while (!queue.isEmpty() && nextSequence - acknowledged <= WINDOW) {
      Write write = queue.poll();
      if (!write.done) {
        write.sequence = nextSequence++;
        window.add(write);
        send(write, connection);
      }
    }
  }

  private void again(Connection connection) {
    long now = client.nowMs();
    resend = false;
    for (Write write : window) {
      if (write.at == null && !write.done) {
        if (write.notBeforeMs <= now) {
          send(write, connection);
        } else {
          resend = true;
        }
      }
    }
  }

  private void send(Write write, Connection connection) {
    write.at = connection;
    write.sends++;
    connection.propose(
        group,
        new Proposal(session, write.sequence, acknowledged, write.command, write.transaction),
        write);
  }

  // ---- answers ------------------------------------------------------------------------------

  void answered(Write write, Connection from, Outcomes.Addressed answer) {
    Outcome outcome = answer.outcome();
    if (outcome instanceof NotLeader) {
      served();
      retry(write, 0);
      leader.moveFrom(from, answer.address());
      pump();
    } else if (outcome instanceof Overloaded busy) {
      retry(write, busy.retryAfterMs());
    } else if (outcome instanceof Indeterminate) {
      write.uncertain = true;
      retry(write, RETRY_MS);
      if (!answer.address().isEmpty()) {
        leader.moveFrom(from, answer.address());
      }
    } else if (outcome instanceof Rejected refused && elsewhere(refused)) {
      if (refusedForGood(refused, from)) {
        finish(write, refused);
      } else {
        retry(write, RETRY_MS);
      }
      leader.leave(from);
    } else if (outcome instanceof Rejected refused && refused.code() == Rejection.SESSION_EXPIRED) {
      expired(write);
    } else {
      served();
      leader.confirmed();
      finish(write, outcome);
      if (!queue.isEmpty()) {
        pump();
      }
    }
  }

  /** Some node has the group open. */
  private void served() {
    refusedSinceMs = -1;
    refusal = null;
  }

  /** By time: many writes that meet one parked node at once are one refusal. */
  private boolean refusedForGood(Rejected refused, Connection from) {
    long now = client.nowMs();
    refusal = refused;
    if (refused.code() == Rejection.FORKED) {
      return leader.forked(from);
    }
    refusedSinceMs = refusedSinceMs < 0 ? now : refusedSinceMs;
    return now - refusedSinceMs > PARKED_MS;
  }

  /** Another node may have the group, open and with the history that goes on. */
  static boolean elsewhere(Rejected refused) {
    return refused.code() == Rejection.PARKED
        || refused.code() == Rejection.UNKNOWN_GROUP
        || refused.code() == Rejection.FORKED;
  }

  void lost(Write write, Connection from) {
    write.uncertain = true;
    retry(write, 0);
    leader.moveFrom(from, "");
    client.loop().execute(this::pump);
  }

  private void retry(Write write, long afterMs) {
    write.notBeforeMs = client.nowMs() + afterMs;
    resend = true;
  }

  private void finish(Write write, Outcome outcome) {
    write.complete(outcome);
    advance();
  }

  private void advance() {
    while (!window.isEmpty() && window.peek().done) {
      acknowledged = window.poll().sequence;
    }
  }

  // ---- session ------------------------------------------------------------------------------

  private void open(Connection connection) {
    state = State.OPENING;
    connection.openSession(
        group,
        client.options().sessionTtlMs(),
        new Connection.Waiter() {
          @Override
          public void outcome(Outcomes.Addressed outcome) {
            opened(connection, outcome);
          }

          @Override
          public void lost(String why) {
            state = State.NONE;
            leader.moveFrom(connection, "");
          }
        });
  }

  private void opened(Connection connection, Outcomes.Addressed answer) {
    Outcome outcome = answer.outcome();
    if (outcome instanceof Committed committed) {
      state = State.OPEN;
      session = committed.result().longAt(0);
      nextSequence = 1;
      acknowledged = 0;
      keptAliveMs = client.nowMs();
      served();
      leader.confirmed();
      pump();
      return;
    }
    state = State.NONE;
    if (outcome instanceof NotLeader) {
      leader.moveFrom(connection, answer.address());
      pump();
    } else if (outcome instanceof Rejected refused && elsewhere(refused)) {
      leader.leave(connection);
      if (refusedForGood(refused, connection)) {
        served();
        refuseAll(refused);
      }
    } else if (outcome instanceof Rejected refused) {
      refuseAll(refused);
    }
    // Overloaded and Indeterminate: the next tick opens one; a lost one expires by itself.
  }

  /** Nothing can be sent: what was never sent is refused. */
  void refuseAll(Rejected refused) {
    List<Write> all = new ArrayList<>(queue);
    queue.clear();
    all.forEach(write -> write.complete(refused));
  }

  /** This send was not executed; unless an earlier one may have been, it may be sent anew. */
  private void expired(Write write) {
    state = State.EXPIRED;
    if (write.uncertain) {
      finish(write, unknownFate());
    }
    pump();
  }

  private static Indeterminate unknownFate() {
    return new Indeterminate("the session expired before the outcome was known", null);
  }

  /** When nothing of the old session is under way: those with a known fate go to a new one. */
  private void renew() {
    List<Write> anew = new ArrayList<>();
    for (Write write : window) {
      if (write.at != null && !write.done) {
        return;
      }
    }
    for (Write write : window) {
      if (!write.done && !write.uncertain) {
        anew.add(write);
      } else {
        write.complete(unknownFate());
      }
    }
    window.clear();
    for (int i = anew.size() - 1; i >= 0; i--) {
      Write write = anew.get(i);
      write.sequence = 0;
      write.sends = 0;
      queue.addFirst(write);
    }
    state = State.NONE;
    session = 0;
  }

  /** Every 20 ms: deadlines, retries that are due, the session's life. */
  void tick() {
    long now = client.nowMs();
    expire(queue, now);
    expire(window, now);
    advance();
    while (!queue.isEmpty() && queue.peek().done) {
      queue.poll();
    }
    if (state == State.OPEN
        && !keepingAlive
        && now - keptAliveMs > client.options().sessionTtlMs() / 3) {
      keepAlive(now);
    }
    pump();
  }

  private void expire(Iterable<Write> writes, long now) {
    for (Write write : writes) {
      if (!write.done && write.deadlineMs <= now) {
        write.complete(late(write));
      }
    }
  }

  private Outcome late(Write write) {
    if (write.sends > 0) {
      return new Indeterminate(client.late(), null);
    }
    return refusal != null ? Leader.late(refusal) : new NotLeader(null, client.trouble());
  }

  private void keepAlive(long now) {
    Connection connection = leader.connection();
    if (connection == null) {
      return;
    }
    keepingAlive = true;
    connection.keepAlive(
        group,
        List.of(session),
        new Connection.Waiter() {
          @Override
          public void outcome(Outcomes.Addressed answer) {
            keepingAlive = false;
            keptAlive(connection, answer, now);
          }

          @Override
          public void lost(String why) {
            keepingAlive = false;
          }
        });
  }

  private void keptAlive(Connection connection, Outcomes.Addressed answer, long asked) {
    if (answer.outcome() instanceof Committed committed) {
      keptAliveMs = asked;
      boolean gone = new Decoder(committed.result()).list(Decoder::i64).contains(session);
      if (gone && state == State.OPEN) {
        state = State.EXPIRED;
        pump();
      }
    } else if (answer.outcome() instanceof NotLeader) {
      leader.moveFrom(connection, answer.address());
    }
  }

  /** Gives the session back, if the leader is connected, and answers what is left. */
  void end() {
    Connection connection = state == State.OPEN ? leader.connection() : null;
    if (connection != null) {
      connection.closeSession(
          group,
          session,
          new Connection.Waiter() {
            @Override
            public void outcome(Outcomes.Addressed outcome) {
              // It is gone, or will expire.
            }

            @Override
            public void lost(String why) {
              // It will expire.
            }
          });
    }
    expire(queue, Long.MAX_VALUE);
    expire(window, Long.MAX_VALUE);
  }
}
