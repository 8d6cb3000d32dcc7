package org.quorate.api;

import java.util.concurrent.CompletionStage;

/**
 * A replicated group as seen from this node; an OSGi service with property {@code quorate.group}.
 * Thread-safe; never blocks. Stages complete on the group's loop: continue elsewhere before doing
 * work.
 */
public interface Group {
  GroupId id();

  /** Opens a session that expires when it is not kept alive for its TTL (ordered time). */
  CompletionStage<Outcome> openSession(long ttlMs);

  /** Proposes a command; always completes normally, with the outcome. */
  CompletionStage<Outcome> propose(Proposal proposal);

  /** Reads from the state machine; always completes normally. */
  CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level);

  /**
   * What the replica knows of itself and the group; always completes normally, PARKED when the group's
   * loop does not answer for two seconds.
   */
  CompletionStage<GroupStatus> status();
}
