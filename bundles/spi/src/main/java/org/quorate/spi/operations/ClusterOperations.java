package org.quorate.spi.operations;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Operations of a clustered service on a coordinator, as one of its nodes sees them. At any moment there
 * is one that drives each: if that node is lost, another ends it. Thread-safe, never blocks; stages fail
 * with {@link OperationException}, and complete on a thread that must not be blocked.
 */
@ProviderType
public interface ClusterOperations {
  /**
   * Begins an operation with all nodes that are online, and waits until it has ended.
   *
   * @return what became of it, also when another node had to end it; fails if it could not begin
   */
  CompletionStage<Operation> run(OperationSpec spec);

  /** Operations under way, by id; after them what cannot be read, as {@link Phase#UNREADABLE}. */
  CompletionStage<List<Operation>> operations();

  /** One that is under way or among the last {@link OperationLimits#LOG}; else fails as NOT_FOUND. */
  CompletionStage<Operation> operation(long id);

  /**
   * Has an operation aborted that is not decided; fails as NOT_FOUND or DECIDED. Work that is under way
   * ends as it likes: its node is told to complete, or that it is offline.
   *
   * @param by who says so, and {@code reason} why: both are in the outcome
   * @param force ends it at once, decided or not, readable or not: who has not completed is put offline
   */
  CompletionStage<Operation> resolve(long id, String by, String reason, boolean force);

  /** Nodes that are online, by name. */
  CompletionStage<List<OnlineNode>> nodes();

  /**
   * Puts a node offline: nothing waits for it as soon as it has heard and stopped, at the latest when its
   * lease ends. It comes back by itself when it is well. Fails as NOT_FOUND.
   */
  CompletionStage<Void> remove(String node);
}
