package org.quorate.runtime.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvQuery;
import org.quorate.simulator.client.WrappedAccess;

/** A way to a group on which the proposals that come next meet with what a test says. */
final class ForgetfulAccess extends WrappedAccess {
  /** What becomes of a proposal. */
  enum Fate {
    ANSWERED,
    /** It is executed, which nobody is told. */
    UNANSWERED,
    /** It is never executed, which nobody is told. */
    LOST,
    /** As LOST, until {@link #executeDelayed}. */
    DELAYED
  }

  private final Deque<Fate> fates = new ArrayDeque<>(); // guarded by this
  private CompletableFuture<Void> met = CompletableFuture.completedFuture(null); // guarded by this
  private Bytes delayed; // guarded by this
  private final AtomicInteger walks = new AtomicInteger();
  private final AtomicInteger proposals = new AtomicInteger();
  private volatile boolean keepAlivesLost;

  ForgetfulAccess(GroupAccess sound) {
    super(sound);
  }

  /**
   * Says what becomes of the proposals and ends of sessions from now on; those after them are answered.
   *
   * @return completes when the last one of them has been answered, or lost
   */
  synchronized CompletableFuture<Void> next(Fate... proposals) {
    fates.addAll(List.of(proposals));
    met = new CompletableFuture<>();
    return met;
  }

  synchronized CompletionStage<Outcome> executeDelayed() {
    return super.propose(delayed);
  }

  /** Whether keep-alives get lost from now on. */
  void loseKeepAlives(boolean lost) {
    keepAlivesLost = lost;
  }

  /** How often something was proposed. */
  int proposals() {
    return proposals.get();
  }

  /** How often a range was asked for. */
  int walks() {
    return walks.get();
  }

  @Override
  public synchronized CompletionStage<Outcome> propose(Bytes command) {
    proposals.incrementAndGet();
    if (fates.peek() == Fate.DELAYED) {
      delayed = command;
    }
    return meet(() -> super.propose(command));
  }

  private synchronized CompletionStage<Outcome> meet(Supplier<CompletionStage<Outcome>> request) {
    Fate fate = fates.isEmpty() ? Fate.ANSWERED : fates.poll();
    boolean executed = fate == Fate.ANSWERED || fate == Fate.UNANSWERED;
    CompletionStage<Outcome> done =
        executed ? request.get() : CompletableFuture.supplyAsync(ForgetfulAccess::unknown, loop());
    if (fates.isEmpty()) {
      CompletableFuture<Void> last = met;
      done = done.whenComplete((outcome, problem) -> last.complete(null));
    }
    return fate == Fate.UNANSWERED ? done.thenApply(outcome -> unknown()) : done;
  }

  private static Outcome unknown() {
    return new Outcome.Indeterminate("the answer was lost", null);
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    if (KvQuery.decode(query) instanceof KvQuery.Range) {
      walks.incrementAndGet();
    }
    return super.read(query, level);
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    return keepAlivesLost
        ? CompletableFuture.supplyAsync(ForgetfulAccess::unknown, loop())
        : super.keepAlive(sessions);
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    return meet(() -> super.closeSession(session));
  }
}
