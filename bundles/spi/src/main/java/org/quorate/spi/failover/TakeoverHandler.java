package org.quorate.spi.failover;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Finishes operations of one type that a node left behind; an OSGi service of the product. Thread-safe.
 */
@ConsumerType
public interface TakeoverHandler {
  /** The type of records that it finishes, as in {@link WorkSpec#type}. */
  String type();

  /**
   * Rolls an operation back or finishes it, so that it holds on every shard or on none. It is called
   * again, on this node or another, when that was not told to have ended: so do what can be repeated.
   * State 0 or 1 says that no shard was told anything. Called on a worker thread, which it may block. One
   * that notes nothing in the record for {@code fo.takeover.idle.s} is fenced, and the record another's.
   *
   * @param work what is to be finished
   * @return completes when it is: the record goes then, if {@link FailoverWork#complete} was not called.
   *     If it fails, or this throws or answers null, it is tried
   *     again later
   */
  CompletionStage<Void> takeOver(FailoverWork work);
}
