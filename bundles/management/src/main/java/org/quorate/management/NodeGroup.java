package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.runtime.api.NodeControl;

/**
 * A group through this node, for single requests of people: without sessions of its own and watches. A
 * write whose fate is not known is not repeated.
 */
final class NodeGroup implements GroupAccess {
  private final NodeControl control;
  private final GroupId id;
  private volatile Outcome.Rejected unknown;

  NodeGroup(NodeControl control, GroupId id) {
    this.control = control;
    this.id = id;
  }

  @Override
  public GroupId id() {
    return id;
  }

  @Override
  public CompletionStage<Outcome> propose(Bytes command) {
    return control.propose(id, Proposal.bare(command)).thenApply(this::looked);
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    return control
        .read(id, query, level)
        .thenApply(
            outcome -> {
              if (outcome instanceof ReadOutcome.Unanswered u) {
                looked(u.why());
              }
              return outcome;
            });
  }

  /** What is asked through it only sees that nobody served it. */
  private Outcome looked(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected r && r.code() == Outcome.Rejection.UNKNOWN_GROUP) {
      unknown = r;
    }
    return outcome;
  }

  /** Fails because there is no such group, or else as it was. */
  <T> CompletionStage<T> unknownOr(Throwable thrown) {
    return CompletableFuture.failedStage(unknown == null ? thrown : Outcomes.failure(unknown));
  }

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    return CompletableFuture.completedFuture(noSessions());
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    return CompletableFuture.completedFuture(noSessions());
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    return control.closeSession(id, session).thenApply(this::looked);
  }

  private static Outcome noSessions() {
    return new Outcome.Rejected(
        Outcome.Rejection.UNSUPPORTED, "operations have no sessions: use the client");
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    throw new UnsupportedOperationException("operations do not watch: use the client");
  }

  @Override
  public Executor loop() {
    return Runnable::run;
  }

  @Override
  public Runnable after(long ms, Runnable task) {
    throw new UnsupportedOperationException("operations have no timers");
  }
}
