package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.quorate.coordinator.zk.state.Applied;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.LockReply;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;

/** The locks that a coordinator's sessions hold and wait for. On the coordinator's thread alone. */
final class LockDesk {
  /** Who has held a lock for so long says since when; shorter holdings cost no entry. */
  private static final long TELL_AFTER_MS = 1_000;

  private static final long RETRY_MS = 1_000;

  private final Core core;
  private final Map<FencingToken, Waiting> waiting = new HashMap<>();
  private final Map<FencingToken, Held> held = new HashMap<>();

  /**
   * Who waits.
   *
   * @param number of the request that asked, 0 if another coordinator did
   */
  private record Waiting(
      ZkSession session,
      LockSpec spec,
      long number,
      FencingToken token,
      long deadlineNanos,
      CompletableFuture<LockOutcome> outcome) {}

  /** A lock that is held. */
  private final class Held implements HeldLock {
    private final String name;
    private final FencingToken token;
    private final long session;
    private final long untoldSinceNanos;
    private boolean told;
    private final CompletableFuture<Loss> lost = new CompletableFuture<>();

    Held(String name, FencingToken token, long session, boolean told) {
      this.name = name;
      this.token = token;
      this.session = session;
      this.told = told;
      this.untoldSinceNanos = System.nanoTime();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public FencingToken token() {
      return token;
    }

    @Override
    public long session() {
      return session;
    }

    @Override
    public CompletionStage<Boolean> release() {
      return core.call(() -> giveBack(name, token, session));
    }

    @Override
    public CompletionStage<Loss> lost() {
      return lost.copy();
    }
  }

  LockDesk(Core core) {
    this.core = core;
  }

  /** Who is told INDETERMINATE need not try again. */
  private CompletableFuture<Boolean> giveBack(String name, FencingToken token, long session) {
    Command unlock = new Command.Unlock(name, token);
    return core.<Boolean>submit(unlock, core.requestMs())
        .whenComplete((done, problem) -> giveUpIfPerhapsDone(problem, session, unlock));
  }

  CompletableFuture<LockOutcome> ask(ZkSession session, LockSpec spec) {
    core.departure().check();
    CompletableFuture<LockOutcome> outcome = new CompletableFuture<>();
    if (!core.sessions().holds(session.id())) {
      outcome.completeExceptionally(session.expired());
      return outcome;
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(spec.waitMs());
    Outbox.Sent sent =
        core.outbox().submit(new Command.Lock(session.id(), spec, core.epoch()), core.requestMs());
    sent.done()
        .whenComplete(
            (result, problem) -> {
              if (problem == null) {
                answered(session, spec, sent.number(), deadline, (LockReply) result, outcome);
                return;
              }
              outcome.completeExceptionally(problem);
              giveUpIfPerhapsDone(
                  problem,
                  session.id(),
                  new Command.Withdraw(spec.name(), core.outbox().client(), sent.number(), true));
            });
    return outcome;
  }

  /** Takes up a claim of which all is known that was acknowledged. */
  CompletableFuture<LockOutcome> adopt(ZkSession session, LockSpec spec, FencingToken token) {
    core.departure().check();
    String name = spec.name();
    LockInfo line = core.replica().machine().locks().info(name);
    Waiting inLine = waiting.get(token);
    CompletableFuture<LockOutcome> outcome = new CompletableFuture<>();
    if (!core.sessions().holds(session.id())) {
      outcome.completeExceptionally(session.expired());
    } else if (isOf(session, token, line.holder())) {
      Held known = held.get(token);
      if (known == null) {
        grant(session, name, token, line.holder().heldSinceMs() > 0, outcome);
      } else {
        outcome.complete(new LockOutcome.Granted(known));
      }
    } else if (line.waiting().stream().noneMatch(c -> isOf(session, token, c))) {
      outcome.completeExceptionally(
          new CoordinationException(
              Code.LOCK_LOST,
              "session " + session.id() + " has no claim " + token + " of " + name));
    } else if (inLine != null) {
      return inLine.outcome();
    } else {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(spec.waitMs());
      waiting.put(token, new Waiting(session, spec, 0, token, deadline, outcome));
    }
    return outcome;
  }

  private static boolean isOf(ZkSession session, FencingToken token, LockInfo.Claim claim) {
    return claim != null && claim.token().equals(token) && claim.session() == session.id();
  }

  private void answered(
      ZkSession session,
      LockSpec spec,
      long number,
      long deadlineNanos,
      LockReply reply,
      CompletableFuture<LockOutcome> outcome) {
    if (session.isOver()) { // given up while this was asked for
      outcome.completeExceptionally(Core.closed());
    } else if (reply.token() == null) {
      outcome.complete(new LockOutcome.NotGranted(reply.refused()));
    } else if (reply.granted()) {
      grant(session, spec.name(), reply.token(), true, outcome);
    } else {
      waiting.put(
          reply.token(), new Waiting(session, spec, number, reply.token(), deadlineNanos, outcome));
    }
  }

  private void grant(
      ZkSession session,
      String name,
      FencingToken token,
      boolean told,
      CompletableFuture<LockOutcome> outcome) {
    Held lock = new Held(name, token, session.id(), told);
    held.put(token, lock);
    outcome.complete(new LockOutcome.Granted(lock));
  }

  void applied(Applied applied) {
    applied.gone().forEach(this::gone);
    for (FencingToken token : applied.granted()) {
      Waiting next = waiting.remove(token);
      if (next != null) {
        grant(next.session(), next.spec().name(), token, false, next.outcome());
      }
    }
  }

  private void gone(FencingToken token, HeldLock.Loss why) {
    Held lock = held.remove(token);
    if (lock != null) {
      lock.lost.complete(why);
    }
    Waiting left = waiting.remove(token);
    if (left != null) {
      left.outcome().completeExceptionally(isOver(left));
    }
  }

  /** A claim is in no queue any more: its session has ended, or somebody has taken it back. */
  private CoordinationException isOver(Waiting left) {
    ZkSession session = left.session();
    return core.replica().machine().sessions().find(session.id()) == null
        ? session.expired()
        : new CoordinationException(
            Code.LOCK_LOST, "the claim " + left.token() + " of " + left.spec().name() + " is gone");
  }

  /** The replica was restored from a snapshot: what is held and waited for may have changed unseen. */
  void restarted() {
    var locks = core.replica().machine().locks();
    for (Waiting each : new ArrayList<>(waiting.values())) {
      String name = each.spec().name();
      if (locks.held(name, each.token())) {
        waiting.remove(each.token());
        grant(each.session(), name, each.token(), false, each.outcome());
      } else if (locks.info(name).waiting().stream()
          .noneMatch(c -> c.token().equals(each.token()))) {
        waiting.remove(each.token());
        each.outcome().completeExceptionally(isOver(each));
      }
    }
    for (Held each : new ArrayList<>(held.values())) {
      if (!locks.held(each.name, each.token)) {
        held.remove(each.token);
        each.lost.complete(HeldLock.Loss.SESSION_ENDED);
      }
    }
  }

  void tick(long nowNanos) {
    for (Waiting each : new ArrayList<>(waiting.values())) {
      if (nowNanos - each.deadlineNanos() >= 0 && waiting.remove(each.token()) != null) {
        leave(each);
      }
    }
    for (Held each : held.values()) {
      long heldMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - each.untoldSinceNanos);
      if (!each.told && heldMs >= TELL_AFTER_MS) {
        each.told = true;
        core.submit(new Command.TellHeld(each.name, each.token), core.requestMs())
            .whenComplete((done, problem) -> each.told = problem == null);
      }
    }
  }

  /** The wait is over: gives the place in the queue up, unless it has become the first one. */
  private void leave(Waiting late) {
    String name = late.spec().name();
    core.<Boolean>submit(takenBack(late, false), core.requestMs())
        .whenComplete(
            (withdrawn, problem) -> {
              var locks = core.replica().machine().locks();
              if (problem != null) {
                late.outcome().completeExceptionally(problem);
                giveUp(late.session().id(), takenBack(late, true));
              } else if (withdrawn) {
                late.outcome().complete(new LockOutcome.NotGranted(locks.info(name)));
              } else if (locks.held(name, late.token())) {
                grant(late.session(), name, late.token(), false, late.outcome());
              } else {
                late.outcome().completeExceptionally(isOver(late));
              }
            });
  }

  private Command takenBack(Waiting late, boolean evenIfHeld) {
    String name = late.spec().name();
    return late.number() == 0
        ? new Command.Unlock(name, late.token())
        : new Command.Withdraw(name, core.outbox().client(), late.number(), evenIfHeld);
  }

  private void giveUpIfPerhapsDone(Throwable problem, long session, Command takeBack) {
    if (problem instanceof CoordinationException failure && failure.code() == Code.INDETERMINATE) {
      giveUp(session, takeBack);
    }
  }

  /** Nobody waits for the answer any more: takes the request back, whatever became of it. */
  private void giveUp(long session, Command takeBack) {
    if (core.isClosed() || !core.sessions().holds(session)) {
      return;
    }
    core.<Boolean>submit(takeBack, core.requestMs())
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                core.loop().later(() -> giveUp(session, takeBack), RETRY_MS);
              }
            });
  }

  /** A session is given up and goes on: what waits by it is told; what it holds, unless it is held twice. */
  void detached(ZkSession session) {
    for (Waiting each : new ArrayList<>(waiting.values())) {
      if (each.session() == session) {
        waiting.remove(each.token());
        each.outcome().completeExceptionally(Core.closed());
      }
    }
    if (!core.sessions().holds(session.id())) {
      for (Held each : new ArrayList<>(held.values())) {
        if (each.session == session.id()) {
          held.remove(each.token);
          each.lost.complete(HeldLock.Loss.SESSION_ENDED);
        }
      }
    }
  }

  /** The coordinator closes: nobody waits on, and nobody knows any more who holds. */
  void close(CoordinationException why) {
    List<Waiting> left = new ArrayList<>(waiting.values());
    waiting.clear();
    left.forEach(w -> w.outcome().completeExceptionally(why));
  }

  void forget() {
    held.values().forEach(h -> h.lost.complete(HeldLock.Loss.SESSION_ENDED));
    held.clear();
  }
}
