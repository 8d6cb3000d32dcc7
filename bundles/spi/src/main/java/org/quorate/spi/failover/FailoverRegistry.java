package org.quorate.spi.failover;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What nodes of a clustered service have begun and not ended. A node is registered as long as its lease
 * is renewed; it records an operation before it tells any shard, and completes it after. Of a node that
 * is gone each record is given to one that lives, at a time, until it is finished. Thread-safe, never
 * blocks; stages fail with {@link FailoverException}, and complete on a thread that must not be blocked.
 */
@ProviderType
public interface FailoverRegistry {
  /**
   * Records an operation that this node is about to do. The next steps are its locks, its content, then
   * the work.
   *
   * @return its record, in state 0. It fails as NO_QUORUM, NOT_REGISTERED, READ_ONLY or RECOVERY with
   *     nothing recorded: begin nothing then. Who completes it, cancels it or lets it time out before has
   *     given the operation up: what is recorded of it is removed
   */
  CompletionStage<FailoverWork> begin(WorkSpec spec);

  /** All records that can be read, by commit id, as they are now. */
  CompletionStage<List<FailoverRecord>> records();

  /** One with its content; fails as NOT_FOUND. */
  CompletionStage<FailoverDetail> detail(long id);

  /**
   * Deletes a record with its locks, for an operator who has put its operation right by hand.
   *
   * @param force also while a node that lives works on it; that one is fenced. Also what cannot be read
   * @return fails as NOT_FOUND or IN_USE, as BROKEN for what cannot be read
   */
  CompletionStage<Void> deleteForce(long id, boolean force);

  /**
   * Has a parked record, or one that waits after a failure, tried at once, with as many attempts as a
   * new one.
   *
   * @param force also one that a node which lives is taking over; that one is fenced
   * @return fails as NOT_FOUND or IN_USE
   */
  CompletionStage<Void> retry(long id, boolean force);

  /**
   * What ended operations left to be put right, by commit id.
   *
   * @param type of the operations, null for all
   * @param limit most events, 1 to {@link FailoverLimits#EVENTS}
   */
  CompletionStage<List<FailoverEvent>> events(String type, int limit);

  /**
   * A shard has what the others have. The event goes with its last one.
   *
   * @param shard null for all of the event
   * @return the shards that are still behind; fails as NOT_FOUND if there is no such event, or the shard
   *     is not behind in it
   */
  CompletionStage<List<String>> repaired(long id, String shard);

  /** Nodes that are registered, by name. */
  CompletionStage<List<RegisteredNode>> nodes();

  CompletionStage<ClusterMode> mode();

  /** Changes what the cluster may begin, on all nodes at once. */
  CompletionStage<Void> switchMode(ClusterMode mode);
}
