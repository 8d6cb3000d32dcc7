package org.quorate.simulator.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Executed;
import org.quorate.api.Outcome.Indeterminate;
import org.quorate.api.Outcome.NotLeader;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.simulator.client.Call.Answer;
import org.quorate.simulator.client.Call.Request;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;

/**
 * Carries one client's requests as a careful client library would: one session, sequences, repeats
 * under the same sequence when it does not know, redirects; some give up, some go without a session.
 */
final class Courier {
  private final int id;
  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final ClientSession session;
  private final boolean impatient;
  private final TreeMap<Long, Call> open = new TreeMap<>();
  private final Set<Call> underWay = new LinkedHashSet<>();
  private NodeId target;
  private long sequence;

  Courier(int id, Workload workload, Cluster cluster, Rng rng, boolean sessionless) {
    this.id = id;
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    impatient = rng.chance(0.4);
    target = rng.pick(cluster.nodeIds());
    session = sessionless ? null : new ClientSession(this, workload, cluster, rng.split());
  }

  void start() {
    if (session != null) {
      session.start();
    }
  }

  int id() {
    return id;
  }

  NodeId target() {
    return target;
  }

  /** The session in use, 0 for none. */
  long session() {
    return session == null ? 0 : session.id();
  }

  /** A node takes this client for gone, wrongly. */
  void takenForGone() {
    long of = session();
    cluster.call(target, r -> r.clientGone(of));
  }

  /** Whether writes can be asked for now. */
  boolean ready() {
    return session == null || session.id() != 0;
  }

  String waiting() {
    StringBuilder text = new StringBuilder();
    underWay.forEach(c -> text.append(" client ").append(id).append(": ").append(c));
    return text.toString();
  }

  /** A new session: sequences begin anew. */
  void sessionOpened() {
    sequence = 0;
    open.clear();
  }

  void read(Supplier<String> label, Bytes query, ReadLevel level, Answer answer) {
    begin(new Call(label, new Request.Read(query, level), 0, 0, patience(), answer));
  }

  void write(Supplier<String> label, Bytes command, Transaction transaction, Answer answer) {
    Request request = new Request.Write(command, transaction);
    if (session == null) {
      begin(new Call(label, request, 0, 0, patience(), answer));
      return;
    }
    boolean reuse =
        workload.shape().reuseSequences() && sequence > 0 && open.isEmpty() && rng.chance(0.2);
    long number = reuse ? sequence : ++sequence;
    Call call = new Call(label, request, session.id(), number, patience(), answer);
    open.put(number, call);
    begin(call);
  }

  private int patience() {
    return impatient && rng.chance(0.4) ? rng.between(1, 4) : Integer.MAX_VALUE;
  }

  private void begin(Call call) {
    underWay.add(call);
    attempt(call);
  }

  private void attempt(Call call) {
    if (call.over) {
      return;
    }
    if (call.attempts == call.patience || session == null && call.attempts > 0 && !call.read()) {
      unknown(call);
      return;
    }
    int number = ++call.attempts;
    NodeId node = call.read() && rng.chance(0.7) ? rng.pick(cluster.nodeIds()) : target;
    if (cluster.tracing()) {
      trace("-> " + node + " " + call);
    }
    if (call.request instanceof Request.Read read) {
      cluster.call(
          node,
          r ->
              r.read(
                  read.query(), read.level(), o -> cluster.reply(() -> answered(call, number, o))));
    } else if (call.request instanceof Request.Write write) {
      Proposal proposal =
          new Proposal(
              call.session,
              call.sequence,
              acknowledged(call),
              write.command(),
              write.transaction());
      long calledUs = cluster.queue().nowUs();
      cluster.call(
          node,
          r ->
              r.propose(
                  proposal, o -> cluster.reply(() -> outcome(call, number, node, calledUs, o))));
    }
    after(rng.between(300, 1_500), () -> timedOut(call, number));
  }

  /** Every sequence of the call's session up to this one is over for this client. */
  private long acknowledged(Call call) {
    if (call.session == 0 || call.session != session.id() || open.isEmpty()) {
      return 0;
    }
    return Math.min(open.firstKey(), call.sequence) - 1;
  }

  private void timedOut(Call call, int number) {
    if (!call.over && call.attempts == number) {
      target = rng.pick(cluster.nodeIds());
      attempt(call);
    }
  }

  private void answered(Call call, int number, ReadOutcome outcome) {
    if (call.over) {
      return;
    }
    if (outcome instanceof ReadOutcome.Answered answered) {
      close(call);
      call.answer.done(answered.result(), answered.gtid().version(), 0);
    } else if (call.attempts == number) {
      Outcome why = ((ReadOutcome.Unanswered) outcome).why();
      if (why instanceof Rejected rejected && rejected.code() == Rejection.COMPACTED) {
        close(call);
        call.answer.refused();
      } else {
        retry(call, why);
      }
    }
  }

  private void outcome(Call call, int number, NodeId node, long calledUs, Outcome outcome) {
    if (call.over) {
      return;
    }
    if (outcome instanceof Committed done) {
      long version = done.gtid().version();
      Bytes command = ((Request.Write) call.request).command();
      cluster.acknowledged(
          new Step.Acknowledged(id, node, call.session, version, done.position(), command));
      if (call.session != 0 && call.attempts == 1) {
        cluster.leases().renewed(call.session, calledUs);
      }
      close(call);
      call.answer.done(done.result(), version, done.position());
    } else if (outcome instanceof Aborted aborted) {
      cluster.aborted();
      if (((Request.Write) call.request).transaction() == null) {
        cluster.broken("OperationsNeverAbort", call + " of no transaction: " + aborted);
      }
      if (cluster.tracing()) {
        trace("<- " + call + " " + aborted);
      }
      close(call);
      call.answer.refused();
    } else if (outcome instanceof Rejected rejected) {
      rejected(call, rejected);
    } else if (outcome instanceof Executed) {
      unknown(call);
    } else if (call.attempts == number) {
      retry(call, outcome);
    }
  }

  private void rejected(Call call, Rejected rejected) {
    if (rejected.code() == Rejection.SESSION_EXPIRED && call.session != 0) {
      // An earlier attempt may have been executed before the session ended.
      unknown(call);
      session.expired(call.session);
    } else if (rejected.code() != Rejection.PARKED) {
      cluster.broken("NoUnexpectedRejection", call + ": " + rejected);
    }
  }

  private void retry(Call call, Outcome outcome) {
    if (cluster.tracing()) {
      trace("<- " + call + " " + outcome);
    }
    if (outcome instanceof Rejected rejected && rejected.code() != Rejection.PARKED) {
      cluster.broken("NoUnexpectedRejection", call + ": " + rejected);
    } else if (outcome instanceof Indeterminate && call.session == 0 && !call.read()) {
      unknown(call);
    } else {
      boolean nothingOrdered = outcome instanceof NotLeader || outcome instanceof Overloaded;
      if (nothingOrdered && call.session == 0) {
        call.attempts--;
      }
      redirect(outcome);
      after(rng.between(5, 60), () -> attempt(call));
    }
  }

  /** Where to go next, by an answer that sent it away. */
  void redirect(Outcome outcome) {
    NodeId hint = outcome instanceof NotLeader not ? not.hint() : null;
    target = hint == null || rng.chance(0.1) ? rng.pick(cluster.nodeIds()) : hint;
  }

  /** Goes elsewhere. */
  void redirect() {
    target = rng.pick(cluster.nodeIds());
  }

  private void unknown(Call call) {
    close(call);
    call.answer.unknown();
  }

  private void close(Call call) {
    call.over = true;
    underWay.remove(call);
    open.remove(call.sequence, call);
  }

  void trace(String event) {
    cluster.trace("c" + id, event);
  }

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }

  /** The sessions that an acknowledged keep-alive did not find. */
  static List<Long> gone(Committed keptAlive) {
    return new org.quorate.api.wire.Decoder(keptAlive.result())
        .list(org.quorate.api.wire.Decoder::i64);
  }
}
