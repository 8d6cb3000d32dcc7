package org.quorate.runtime.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.runtime.api.ControlException.Code;

/** Requests to a group: made here if this node may, otherwise sent on to the one that does. */
final class LeaderRequests {
  private static final int MAX_HOPS = 4;
  private static final long ASK_MS = 15_000;
  private static final long PAUSE_MS = 200;

  /** How long to look for the node that makes it while nobody is known to be that. */
  private static final long SEARCH_MS = 5_000;

  private final QuorateNode node;

  LeaderRequests(QuorateNode node) {
    this.node = node;
  }

  /**
   * Tries here first.
   *
   * @param here makes the request on this node
   */
  CompletableFuture<Answer> request(
      PeerOperation what, Bytes body, Supplier<CompletableFuture<Answer>> here) {
    CompletableFuture<Answer> done = new CompletableFuture<>();
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEARCH_MS);
    attempt(what, body, here, node.id(), MAX_HOPS, until, done);
    return done;
  }

  private void attempt(
      PeerOperation what,
      Bytes body,
      Supplier<CompletableFuture<Answer>> here,
      NodeId at,
      int hops,
      long untilNanos,
      CompletableFuture<Answer> done) {
    CompletableFuture<Answer> asked =
        at.equals(node.id()) ? here.get() : node.answer(at, what, body, ASK_MS);
    asked.whenComplete(
        (answer, problem) -> {
          Answer a = problem == null ? answer : Answer.of(problem);
          if (a.failure() == null) {
            done.complete(a);
          } else if (!a.hint().isEmpty() && hops > 0) {
            attempt(what, body, here, NodeId.of(a.hint()), hops - 1, untilNanos, done);
          } else if (a.failure() == Code.UNAVAILABLE && System.nanoTime() - untilNanos < 0) {
            node.later(
                PAUSE_MS, () -> attempt(what, body, here, node.id(), MAX_HOPS, untilNanos, done));
          } else {
            done.completeExceptionally(a.exception());
          }
        });
  }

  /** An outcome as the answer of a node; a number of 8 bytes becomes the answer's name. */
  static Answer answerOf(Outcome outcome, GroupId group) {
    if (outcome instanceof Outcome.Committed c) {
      return c.result().length() == 8
          ? Answer.done(List.of(Long.toString(c.result().longAt(0))))
          : Answer.DONE;
    }
    if (outcome instanceof Outcome.NotLeader n && n.hint() != null) {
      return Answer.elsewhere(n.hint().name());
    }
    if (outcome instanceof Outcome.NotLeader) {
      return Answer.failed(Code.UNAVAILABLE, "nobody leads group '" + group + "' at the moment");
    }
    if (outcome instanceof Outcome.Overloaded o) {
      return Answer.failed(Code.UNAVAILABLE, "busy (" + o.limit() + "): try again");
    }
    if (outcome instanceof Outcome.Indeterminate i) {
      return Answer.failed(Code.TIMEOUT, i.reason() + ": look at the group's status");
    }
    return outcome instanceof Outcome.Rejected r
        ? Answer.failed(Code.INVALID, r.message())
        : Answer.failed(Code.INTERNAL, String.valueOf(outcome));
  }
}
