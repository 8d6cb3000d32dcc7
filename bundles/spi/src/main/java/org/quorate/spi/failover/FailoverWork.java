package org.quorate.spi.failover;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;

/**
 * An operation in the hands of this node: its own, or one that it takes over. Every change is one
 * transaction that holds only as long as the work is this node's; else it fails as FENCED. Changes are
 * made in the order of the calls. What cannot be reached is tried again as long as the lease lasts.
 * Thread-safe, never blocks; stages fail with {@link FailoverException}.
 */
@ProviderType
public interface FailoverWork {
  /** The commit id. */
  long id();

  /**
   * The takeover number: 0 for its origin. Give it, with the id, to every shard; one that has heard of a
   * higher number for the id refuses.
   */
  long token();

  /** The record as this node last wrote or read it. */
  FailoverRecord record();

  /** The content, empty if none was set. */
  CompletionStage<Bytes> content();

  /**
   * Takes a lock for the record, state 1. It stays with the record whoever works on it, and goes with it.
   *
   * @param lock by the rules of keys of a coordinator: {@code db/table}
   * @return fails as LOCKED if another record has it
   */
  CompletionStage<Void> addLock(String lock);

  /**
   * Sets what is to be done, state 2.
   *
   * @param content up to {@link FailoverLimits#CONTENT_BYTES}
   */
  CompletionStage<Void> setContent(Bytes content);

  /** Notes how far a shard is, state 3. Before a shard is told anything, note it. */
  CompletionStage<Void> setStatus(String shard, ShardState how);

  /** Notes what is rebalanced, state 4. */
  CompletionStage<Void> setRebalance(FailoverRecord.Rebalance information);

  /** Notes how far a slice is copied, state 5. */
  CompletionStage<Void> setSlice(FailoverRecord.Slice slice);

  /**
   * Ends it: the record, its content and its locks go in one transaction. If shards are noted as FAILED a
   * {@link FailoverEvent} of them stays, from that transaction on, until they are {@link
   * FailoverRegistry#repaired}.
   */
  CompletionStage<Void> complete();

  /** Leaves it to whomever the registry chooses, perhaps this node. Not for a takeover: let it fail. */
  CompletionStage<Void> abandon(String why);

  /**
   * Completes, normally, as soon as this node knows that the work is not its own any more, with why.
   * Stop issuing parts of it then.
   */
  CompletionStage<String> fenced();
}
