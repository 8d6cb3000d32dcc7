package org.quorate.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.quorate.api.Outcome;
import org.quorate.api.protocol.Outcomes;

/**
 * Opens, keeps alive and ends sessions of a group beside the one that its writes have. Each call is
 * repeated until it is answered: a session that is opened twice for it expires. On the client's loop.
 */
final class SessionCalls {
  private static final long RETRY_MS = 20;

  private static final class Call {
    final BiConsumer<Connection, Connection.Waiter> send;
    final long deadlineMs;
    final Promise<Outcome> promise = Promise.promise();
    boolean underWay;
    long notBeforeMs;
    Outcome.Rejected refused;

    Call(BiConsumer<Connection, Connection.Waiter> send, long deadlineMs) {
      this.send = send;
      this.deadlineMs = deadlineMs;
    }
  }

  private final QuorateClient client;
  private final Leader leader;
  private final List<Call> pending = new ArrayList<>();

  SessionCalls(QuorateClient client, Leader leader) {
    this.client = client;
    this.leader = leader;
  }

  /** From any thread. */
  Future<Outcome> call(BiConsumer<Connection, Connection.Waiter> send) {
    Call call = new Call(send, client.nowMs() + client.options().operationTimeoutMs());
    try {
      if (client.loop().inside()) {
        begin(call);
      } else {
        client.loop().submit(() -> begin(call));
      }
    } catch (RejectedExecutionException e) {
      call.promise.complete(new Outcome.Indeterminate("the client is closed", null));
    }
    return call.promise.future();
  }

  private void begin(Call call) {
    pending.add(call);
    if (client.isClosed()) {
      end();
    } else {
      pump();
    }
  }

  /** Sends what can be sent. */
  void pump() {
    Connection connection = pending.isEmpty() ? null : leader.connection();
    if (connection == null) {
      return;
    }
    long now = client.nowMs();
    for (Call call : List.copyOf(pending)) {
      if (!call.underWay && call.notBeforeMs <= now) {
        call.underWay = true;
        call.send.accept(connection, waiter(call, connection));
      }
    }
  }

  private Connection.Waiter waiter(Call call, Connection connection) {
    return new Connection.Waiter() {
      @Override
      public void outcome(Outcomes.Addressed answer) {
        answered(call, connection, answer);
      }

      @Override
      public void lost(String why) {
        again(call, 0);
        leader.moveFrom(connection, "");
        client.loop().execute(SessionCalls.this::pump);
      }
    };
  }

  private void answered(Call call, Connection from, Outcomes.Addressed answer) {
    Outcome outcome = answer.outcome();
    if (outcome instanceof Outcome.NotLeader) {
      again(call, 0);
      leader.moveFrom(from, answer.address());
      pump();
    } else if (outcome instanceof Outcome.Indeterminate) {
      again(call, RETRY_MS);
      if (!answer.address().isEmpty()) {
        leader.moveFrom(from, answer.address());
      }
    } else if (outcome instanceof Outcome.Overloaded busy) {
      again(call, busy.retryAfterMs());
    } else if (outcome instanceof Outcome.Rejected refused && Writes.elsewhere(refused)) {
      call.refused = refused;
      if (refused.code() == Outcome.Rejection.FORKED && leader.forked(from)) {
        finish(call, refused);
      } else {
        again(call, RETRY_MS);
      }
      leader.leave(from);
    } else {
      leader.confirmed();
      finish(call, outcome);
    }
  }

  private void again(Call call, long afterMs) {
    call.underWay = false;
    call.notBeforeMs = client.nowMs() + afterMs;
  }

  private void finish(Call call, Outcome outcome) {
    if (pending.remove(call)) {
      Promises.complete(call.promise, outcome);
    }
  }

  /** Every 20 ms. */
  void tick() {
    long now = client.nowMs();
    for (Call call : List.copyOf(pending)) {
      if (call.deadlineMs <= now) {
        late(call);
      }
    }
    pump();
  }

  private void late(Call call) {
    finish(
        call,
        call.refused != null
            ? Leader.late(call.refused)
            : new Outcome.Indeterminate(client.late(), null));
  }

  void refuseAll(Outcome.Rejected refused) {
    List.copyOf(pending).forEach(call -> finish(call, refused));
  }

  void end() {
    List.copyOf(pending).forEach(this::late);
  }
}
