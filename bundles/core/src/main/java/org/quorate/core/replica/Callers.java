package org.quorate.core.replica;

import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
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
import org.quorate.api.ReadOutcome.Unanswered;
import org.quorate.core.certify.Intents;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.session.Session;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.state.StateMachine;

/**
 * Who asked this replica for something and waits: proposals and reads go to the active link, and
 * over a seal to its successor; each is answered once. On the group's loop.
 */
final class Callers {
  private static final long OPENING_RETRY_MS = 20;

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final GroupStore store;
  private final VirtualLog log;
  private final Condition condition;
  private final Checkpoints checkpoints;
  private final StateGuard guard;
  private final Reads reads;
  private final PendingTable pending = new PendingTable();
  private final Contention contention = new Contention();
  private final Bytes nodeName;
  private final long origin;
  private final long timeoutMs;
  private final long pendingMax;
  private final long commandMaxBytes;
  private final long backlogMaxBytes;
  private LinkSlot link;

  Callers(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      GroupStore store,
      VirtualLog log,
      StateMachine machine,
      Offload offload,
      Condition condition,
      Checkpoints checkpoints,
      StateGuard guard,
      long origin) {
    this.config = config;
    this.environment = environment;
    this.store = store;
    this.log = log;
    this.condition = condition;
    this.checkpoints = checkpoints;
    this.guard = guard;
    this.reads = new Reads(log, machine, offload);
    this.origin = origin;
    this.nodeName = Bytes.utf8(environment.node().name());
    this.timeoutMs = config.options().number(ReplicaParameters.PROPOSE_TIMEOUT_MS);
    this.pendingMax = config.options().number(ReplicaParameters.PENDING_MAX);
    this.commandMaxBytes = config.options().number(ReplicaParameters.COMMAND_MAX_BYTES);
    this.backlogMaxBytes = config.options().number(ReplicaParameters.BACKLOG_MAX_BYTES);
  }

  // ---- asking ------------------------------------------------------------------------------

  void propose(Proposal proposal, Consumer<Outcome> done) {
    if (proposal.command().length() > commandMaxBytes) {
      done.accept(
          new Rejected(
              Rejection.TOO_LARGE,
              "command of "
                  + proposal.command().length()
                  + " bytes, command.max.bytes is "
                  + commandMaxBytes));
    } else if (proposal.transaction() != null && proposal.transaction().violation() != null) {
      done.accept(new Rejected(Rejection.TOO_LARGE, proposal.transaction().violation()));
    } else if (store.dirtyBytes() > backlogMaxBytes) {
      done.accept(new Overloaded(100, "checkpoint.backlog.max.bytes"));
    } else if (checkpoints.full()) {
      done.accept(new Overloaded(100, "checkpoint.memory.percent of the node"));
    } else {
      submit(new LogRecord.Command(nodeName, proposal), done);
    }
  }

  void openSession(long ttlMs, Consumer<Outcome> done) {
    Outcome full = log.sessions().full();
    if (ttlMs < Session.MIN_TTL_MS || ttlMs > Session.MAX_TTL_MS) {
      done.accept(
          new Rejected(
              Rejection.MALFORMED,
              "session TTL of "
                  + ttlMs
                  + " ms, the range is "
                  + Session.MIN_TTL_MS
                  + " to "
                  + Session.MAX_TTL_MS));
    } else if (full != null) {
      done.accept(full); // nothing is ordered for it
    } else {
      submit(new LogRecord.OpenSession(ttlMs), done);
    }
  }

  void submit(LogRecord record, Consumer<Outcome> done) {
    Outcome refused = obstacle();
    if (refused != null) {
      done.accept(refused);
      return;
    }
    long ticket = pending.add(done, environment.nowMs() + timeoutMs);
    Bytes payload = LogRecord.encode(origin, ticket, record);
    pending.keep(ticket, payload);
    link.submit(ticket, payload);
  }

  /** A record that nobody waits for; may be lost. */
  Bytes unasked(LogRecord record) {
    return LogRecord.encode(origin, 0, record);
  }

  /** Whether a record was proposed by this replica since it was opened. */
  boolean mine(Bytes payload) {
    return LogRecord.decode(payload).origin() == origin;
  }

  private Outcome obstacle() {
    Outcome refused = unable();
    return refused == null && link == null
        ? new Overloaded(
            OPENING_RETRY_MS, "link " + log.chain().active().epoch() + " is being opened")
        : refused;
  }

  private Outcome unable() {
    if (!condition.running()) {
      String why = condition.why();
      return new Rejected(Rejection.PARKED, why.isEmpty() ? "the replica is closed" : why);
    }
    if (guard.fenced()) {
      return new Rejected(Rejection.PARKED, guard.why());
    }
    return size() >= pendingMax ? new Overloaded(20, "pending.max") : null;
  }

  void read(Bytes query, ReadLevel level, Consumer<ReadOutcome> done) {
    Outcome refused = level instanceof ReadLevel.Linearizable ? obstacle() : unable();
    if (refused != null) {
      done.accept(new Unanswered(refused));
      return;
    }
    if (level instanceof ReadLevel.Local && installing()) {
      // The store holds neither the state before the snapshot nor yet the one after it.
      reads.causal(waiting(query, done), log.version());
    } else if (level instanceof ReadLevel.Local) {
      reads.answer(new Reads.Read(0, query, done));
    } else if (level instanceof ReadLevel.Causal causal) {
      Outcome unfit = unfit(causal.gtid());
      if (unfit == null) {
        reads.causal(waiting(query, done), causal.gtid().version());
        answerReads();
      } else {
        done.accept(new Unanswered(unfit));
      }
    } else if (level instanceof ReadLevel.Turn turn) {
      Outcome unfit = unfit(turn.gtid());
      if (unfit == null) {
        reads.turn(waiting(query, done), turn, environment.nowMs());
        answerReads();
      } else {
        done.accept(new Unanswered(unfit));
      }
    } else {
      Reads.Read read = waiting(query, done);
      reads.asked(read);
      link.loglet().checkTail(new TailRequest(read.ticket()));
    }
  }

  /** Why a read of at least this commit is not answered here, or null. */
  private Outcome unfit(Gtid least) {
    if (least.historyId() != config.historyId()) {
      return new Rejected(Rejection.UNSUPPORTED, least + " is of another history");
    }
    LinkStatus status = link == null ? null : link.status();
    return status == null || status.unfit() == null
        ? null
        : new NotLeader(status.hint(), status.unfit());
  }

  /** The client of a session is gone: others need not wait for its turn. */
  void gone(long session) {
    if (log.intents().holds(session)) {
      submit(new LogRecord.GiveWay(session), outcome -> {});
    }
  }

  private Reads.Read waiting(Bytes query, Consumer<ReadOutcome> done) {
    long ticket = pending.nextTicket();
    Consumer<Outcome> failed =
        outcome -> {
          reads.forget(ticket);
          done.accept(new Unanswered(outcome));
        };
    pending.add(failed, environment.nowMs() + timeoutMs);
    return new Reads.Read(ticket, query, done);
  }

  /** Asks the active link something that it answers by ticket. */
  void ask(Consumer<Outcome> done, Question question) {
    Outcome refused = obstacle();
    if (refused != null) {
      done.accept(refused);
    } else {
      long ticket = pending.add(done, environment.nowMs() + timeoutMs);
      question.ask(link.loglet(), ticket);
    }
  }

  /** What a link is asked under a ticket. */
  interface Question {
    void ask(Loglet loglet, long ticket);
  }

  /** Whether the state must not be read: one that is to come or comes by a snapshot. */
  boolean installing() {
    return checkpoints.installing() || guard.fenced();
  }

  // ---- answers -----------------------------------------------------------------------------

  /** A record of this or another proposer was executed. */
  void outcome(long proposer, long ticket, Outcome outcome) {
    if (outcome instanceof Aborted aborted) {
      contention.lost(aborted.conflict());
    }
    if (proposer == origin) {
      if (outcome instanceof Aborted lost) {
        lost(ticket, lost.conflict());
      } else {
        settle(ticket, outcome);
      }
    }
  }

  /** Who has its keys reserved need not wait before its next try: it reads when its turn comes. */
  private void lost(long ticket, Conflict conflict) {
    long tookMs = environment.nowMs() - (pending.deadlineMs(ticket) - timeoutMs);
    Bytes record = pending.record(ticket);
    if (record != null) {
      Proposal loser = ((LogRecord.Command) LogRecord.decode(record).record()).proposal();
      boolean reserved =
          log.place(loser.session(), loser.transaction().intent()) != Intents.Place.NONE;
      long hintMs = reserved ? 0 : contention.hintMs(conflict, tookMs);
      settle(ticket, new Aborted(conflict.withRetryAfterMs(hintMs)));
    }
  }

  private void settle(long ticket, Outcome outcome) {
    Consumer<Outcome> waiter = pending.remove(ticket);
    if (waiter != null) {
      waiter.accept(outcome);
    }
  }

  void tail(long ticket, long inner) {
    reads.tail(ticket, inner);
  }

  /** Nothing was ordered under this ticket, or nobody here will know. */
  void refused(long ticket, Refusal why) {
    // What a sealed link refuses goes to its successor when the seal is delivered.
    if (!(why instanceof Refusal.Sealed)) {
      settle(ticket, outcome(why));
    }
  }

  /** A question was answered; null: done. */
  void answered(long ticket, Refusal why) {
    settle(
        ticket,
        why == null ? new Committed(log.gtid(), log.position(), Bytes.EMPTY) : outcome(why));
  }

  private static Outcome outcome(Refusal refusal) {
    if (refusal instanceof Refusal.NotProposer not) {
      return new NotLeader(not.hint(), not.why());
    } else if (refusal instanceof Refusal.Busy busy) {
      return new Overloaded(busy.retryAfterMs(), busy.limit());
    } else if (refusal instanceof Refusal.FateUnknown unknown) {
      return new Indeterminate("the leading node changed", unknown.hint());
    } else if (refusal instanceof Refusal.Invalid invalid) {
      return new Rejected(Rejection.UNSUPPORTED, invalid.reason());
    }
    return new NotLeader(null);
  }

  /** Answers the reads whose index or version has been reached. */
  void answerReads() {
    if (!installing()) {
      reads.turned();
      reads.applied(this::answer);
    }
  }

  private void answer(Reads.Read read) {
    if (pending.remove(read.ticket()) != null) {
      reads.answer(read);
    }
  }

  /** Answers everyone who has waited too long. */
  void expire(long nowMs, NodeId hint) {
    pending.expire(nowMs, new Indeterminate("no outcome within propose.timeout.ms", hint));
    reads.expireTurns(nowMs);
    answerReads();
  }

  /** Answers everyone. */
  void endAll(String reason) {
    pending.expire(Long.MAX_VALUE, new Indeterminate(reason, null));
  }

  int size() {
    return pending.size();
  }

  // ---- from link to link -------------------------------------------------------------------

  /** The active link is sealed and its successor not open yet. */
  void detach() {
    link = null;
  }

  /**
   * Goes on with a link. What waits was not delivered up to the seal of the link before, so it is
   * not part of the history: it is proposed anew, in the order of the tickets and before anything
   * newer; tails are asked for anew, since newer writes may have been acknowledged elsewhere.
   */
  void attach(LinkSlot next) {
    link = next;
    List<Long> again = reads.askAgain();
    pending.forEach(
        (ticket, record) -> {
          if (record != null) {
            next.submit(ticket, record);
          }
        });
    again.forEach(ticket -> next.loglet().checkTail(new TailRequest(ticket)));
    pending.forEach(
        (ticket, record) -> {
          if (record == null && !reads.waits(ticket)) {
            settle(ticket, new Indeterminate("the link was sealed meanwhile", null));
          }
        });
  }

  /** Part of the history came by a snapshot: what was proposed may be in it. */
  void skippedHistory() {
    pending.forEach(
        (ticket, record) -> {
          if (record != null) {
            settle(ticket, new Indeterminate("the state came by a snapshot", null));
          }
        });
  }
}
