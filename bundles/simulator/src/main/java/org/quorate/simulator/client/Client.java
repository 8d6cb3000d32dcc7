package org.quorate.simulator.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Indeterminate;
import org.quorate.api.Outcome.NotLeader;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvQuery;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;
import org.quorate.simulator.linear.Operation;
import org.quorate.simulator.linear.Operation.Action;

/**
 * A client as a careful application would be one: one session, sequences, repeats under the same
 * sequence when it does not know, redirects; some give up, some go without a session.
 */
final class Client {
  private static final int WINDOW = 3;

  private final int id;
  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private final boolean sessionless;
  private final boolean impatient;
  private final int window;
  private final Map<String, String> lastSeen = new HashMap<>();
  private final TreeMap<Long, Call> open = new TreeMap<>();
  private final Map<Call, Boolean> underWay = new java.util.LinkedHashMap<>();
  private NodeId target;
  private long session;
  private long sequence;
  private int opening;
  private int marks;

  Client(int id, Workload workload, Cluster cluster, Rng rng) {
    this.id = id;
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
    sessionless = rng.chance(0.2);
    impatient = rng.chance(0.4);
    window = rng.chance(0.3) ? WINDOW : 1;
    target = rng.pick(cluster.nodeIds());
  }

  void start() {
    for (int i = 0; i < window; i++) {
      next();
    }
    if (!sessionless) {
      openSession();
      keepAlive();
    }
  }

  String waiting() {
    StringBuilder text = new StringBuilder();
    underWay.keySet().forEach(c -> text.append(" client ").append(id).append(": ").append(c));
    return text.toString();
  }

  // ---- the session -------------------------------------------------------------------------

  private void openSession() {
    int attempt = ++opening;
    session = 0;
    long ttlMs = workload.shape().sessionTtlMs();
    cluster.call(
        target, r -> r.openSession(ttlMs, o -> cluster.reply(() -> sessionOpened(attempt, o))));
    after(800, () -> reopen(attempt));
  }

  private void sessionOpened(int attempt, Outcome outcome) {
    if (attempt != opening || session != 0) {
      return;
    }
    if (outcome instanceof Committed done) {
      session = done.result().longAt(0);
      sequence = 0;
      open.clear();
      cluster.trace("c" + id, "session " + session);
    } else {
      redirect(outcome);
      after(20, () -> reopen(attempt));
    }
  }

  private void reopen(int attempt) {
    if (attempt == opening && session == 0) {
      target = rng.chance(0.5) ? rng.pick(cluster.nodeIds()) : target;
      openSession();
    }
  }

  private void keepAlive() {
    long renewed = session;
    if (renewed != 0 && !workload.complete()) {
      cluster.call(target, r -> r.keepAlive(List.of(renewed), o -> {}));
    }
    if (!workload.complete()) {
      after(workload.shape().sessionTtlMs() / 4, this::keepAlive);
    }
  }

  private void expired(long old) {
    if (session == old) {
      cluster.trace("c" + id, "session " + old + " has expired");
      openSession();
    }
  }

  // ---- operations --------------------------------------------------------------------------

  private void next() {
    after(1 + rng.around(workload.shape().thinkMeanMs()), this::begin);
  }

  private void begin() {
    if (!sessionless && session == 0) {
      after(10, this::begin);
    } else if (workload.take()) {
      choose();
    }
  }

  private void choose() {
    boolean counter = rng.chance(0.3);
    int of = counter ? workload.shape().counters() : workload.shape().registers();
    String key = (counter ? "n" : "r") + rng.between(1, of);
    if (rng.chance(0.35) || counter && workload.delta(key) == 0) {
      read(key, false);
    } else if (counter) {
      long delta = workload.delta(key);
      workload.took(key);
      write(key, new Action.Add(delta), null);
    } else {
      String value = "v" + id + "." + ++marks;
      switch (rng.weighted(new int[] {5, 2, 1, 2})) {
        case 0 -> write(key, new Action.Put(value), null);
        case 1 -> write(key, new Action.CompareAndSet(lastSeen.get(key), value), null);
        case 2 -> write(key, new Action.Delete(), null);
        default -> read(key, true);
      }
    }
  }

  private void read(String key, boolean thenTransact) {
    Call call = new Call(key, new Action.Get(), null, null, 0, 0, now(), patience());
    underWay.put(call, thenTransact);
    attempt(call);
  }

  private void write(String key, Action action, Transaction transaction) {
    Bytes command = Commands.encode(key, action, "m" + id + "." + ++marks);
    long number = 0;
    if (!sessionless) {
      boolean reuse =
          workload.shape().reuseSequences() && sequence > 0 && open.isEmpty() && rng.chance(0.2);
      number = reuse ? sequence : ++sequence;
    }
    Call call =
        new Call(
            key,
            action,
            command,
            transaction,
            sessionless ? 0 : session,
            number,
            now(),
            patience());
    if (call.session != 0) {
      open.put(number, call);
    }
    underWay.put(call, false);
    attempt(call);
  }

  private int patience() {
    return impatient && rng.chance(0.4) ? rng.between(1, 4) : Integer.MAX_VALUE;
  }

  private void attempt(Call call) {
    if (call.over) {
      return;
    }
    if (call.attempts == call.patience || sessionless && call.attempts > 0 && !call.read()) {
      over(call, true, null);
      return;
    }
    int number = ++call.attempts;
    NodeId node = call.read() && rng.chance(0.7) ? rng.pick(cluster.nodeIds()) : target;
    cluster.trace("c" + id, "-> " + node + " " + call);
    if (call.read()) {
      Bytes query = new KvQuery.Get(Bytes.utf8(call.key), 0).encode();
      cluster.call(
          node,
          r ->
              r.read(
                  query,
                  ReadLevel.LINEARIZABLE,
                  o -> cluster.reply(() -> answered(call, number, o))));
    } else {
      Proposal proposal =
          new Proposal(
              call.session, call.sequence, acknowledged(call), call.command, call.transaction);
      cluster.call(
          node, r -> r.propose(proposal, o -> cluster.reply(() -> outcome(call, number, node, o))));
    }
    after(rng.between(300, 1_500), () -> timedOut(call, number));
  }

  /** Every sequence of the call's session up to this one is over for this client. */
  private long acknowledged(Call call) {
    if (call.session == 0 || call.session != session || open.isEmpty()) {
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
      String value = Commands.answer(call.action, answered.result());
      lastSeen.put(call.key, value);
      boolean transact = underWay.get(call);
      cluster.trace("c" + id, "<- " + call + " = " + value);
      if (transact && (sessionless || session != 0)) {
        record(call, value);
        transact(call.key, value, answered.gtid().version());
      } else {
        over(call, false, value);
      }
    } else if (call.attempts == number) {
      retry(call, ((ReadOutcome.Unanswered) outcome).why());
    }
  }

  /** Certified: takes effect only if nobody has written the key since it was read. */
  private void transact(String key, String seen, long version) {
    Bytes k = Bytes.utf8(key);
    write(
        key,
        new Action.CompareAndSet(seen, "t" + id + "." + ++marks),
        new Transaction(version, Isolation.SERIALIZABLE, List.of(k), List.of(), List.of(k)));
  }

  private void outcome(Call call, int number, NodeId node, Outcome outcome) {
    if (call.over) {
      return;
    }
    if (outcome instanceof Committed done) {
      String answer;
      try {
        answer = Commands.answer(call.action, done.result());
      } catch (RuntimeException e) {
        cluster.broken("AnswerFitsCommand", call + ": " + e);
        return;
      }
      cluster.trace("c" + id, "<- " + call + " = " + answer + " at " + done.gtid());
      cluster.acknowledged(
          new Step.Acknowledged(
              id, node, call.session, done.gtid().version(), done.position(), call.command));
      over(call, false, answer);
    } else if (outcome instanceof Aborted) {
      cluster.aborted();
      cluster.trace("c" + id, "<- " + call + " aborted");
      drop(call);
    } else if (outcome instanceof Rejected rejected) {
      rejected(call, rejected);
    } else if (call.attempts == number) {
      retry(call, outcome);
    }
  }

  private void rejected(Call call, Rejected rejected) {
    if (rejected.code() == Rejection.SESSION_EXPIRED && call.session != 0) {
      // An earlier attempt may have been executed before the session ended.
      over(call, true, null);
      expired(call.session);
    } else if (rejected.code() != Rejection.PARKED) {
      cluster.broken("NoUnexpectedRejection", call + ": " + rejected);
    }
  }

  private void retry(Call call, Outcome outcome) {
    cluster.trace("c" + id, "<- " + call + " " + outcome);
    if (outcome instanceof Rejected rejected && rejected.code() != Rejection.PARKED) {
      cluster.broken("NoUnexpectedRejection", call + ": " + rejected);
    } else if (outcome instanceof Indeterminate && call.session == 0 && !call.read()) {
      over(call, true, null);
    } else {
      boolean nothingOrdered = outcome instanceof NotLeader || outcome instanceof Overloaded;
      if (nothingOrdered && call.session == 0) {
        call.attempts--;
      }
      redirect(outcome);
      after(rng.between(5, 60), () -> attempt(call));
    }
  }

  private void redirect(Outcome outcome) {
    NodeId hint = outcome instanceof NotLeader not ? not.hint() : null;
    target = hint == null || rng.chance(0.1) ? rng.pick(cluster.nodeIds()) : hint;
  }

  // ---- history -----------------------------------------------------------------------------

  private void over(Call call, boolean unknown, String answer) {
    close(call);
    if (unknown && call.read()) {
      workload.finished(null);
    } else {
      long returned = unknown ? Operation.NEVER : now();
      workload.finished(new Operation(call.key, id, call.calledAt, returned, call.action, answer));
    }
    next();
  }

  /** A read that is the first half of a transaction: in the history, but the client goes on. */
  private void record(Call call, String answer) {
    close(call);
    workload.first(new Operation(call.key, id, call.calledAt, now(), call.action, answer));
  }

  private void drop(Call call) {
    close(call);
    workload.finished(null);
    next();
  }

  private void close(Call call) {
    call.over = true;
    underWay.remove(call);
    open.remove(call.sequence, call);
  }

  private long now() {
    return cluster.queue().nowUs();
  }

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }
}
