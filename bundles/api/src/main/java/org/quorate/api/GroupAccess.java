package org.quorate.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/**
 * A group as reached from anywhere; in a node an OSGi service with the properties {@code quorate.group} and
 * {@code quorate.state}, of which each bundle has its own: finds the node that takes a request and repeats
 * what was refused, or lost without having been done, until a time limit of its own. Thread-safe; never
 * blocks. Stages complete normally, with the outcome, and callbacks come on {@link #loop}.
 */
public interface GroupAccess {
  /** What a watch is called back with in place of a version when it was refused. */
  long TOO_MANY = -1;

  GroupId id();

  /** Proposes a command, which is executed at most once. */
  CompletionStage<Outcome> propose(Bytes command);

  /** Reads from the state machine. */
  CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level);

  /** Opens a session (lease): the result of {@code Committed} is its id in 8 bytes. */
  CompletionStage<Outcome> openSession(long ttlMs);

  /**
   * Starts the TTL of sessions anew: the result of {@code Committed} is the list of those that are
   * gone, as a count and 8 bytes each.
   */
  CompletionStage<Outcome> keepAlive(List<Long> sessions);

  /** Ends a session; {@code Committed} also if there was none. */
  CompletionStage<Outcome> closeSession(long session);

  /**
   * Calls back once when a commit after a version has changed a key of the ranges: with a version that
   * is greater, and no greater than the first such commit. With 0 when that cannot be told any more: look
   * and watch again, after a pause. May come without such a commit. With {@link #TOO_MANY} when the node
   * keeps as many watches of this caller as it will ({@code client.watches.max}): nothing is watched.
   *
   * @return no call any more, if it is run on {@link #loop}
   */
  Runnable watch(List<KeyRange> keys, long version, LongConsumer then);

  /** Who waits for a change and for what is to be read of it. */
  @FunctionalInterface
  interface Sight {
    /**
     * It has changed.
     *
     * @param version as {@link #watch(List, long, LongConsumer)} tells it
     * @param answer to the query, of a state that has the change; null if it has to be asked for
     */
    void changed(long version, ReadOutcome.Answered answer);
  }

  /**
   * As {@link #watch(List, long, LongConsumer)}, and reads from the state machine where the change is
   * seen, which spares whoever waits a request. Without an answer where that is not possible.
   */
  default Runnable watch(List<KeyRange> keys, long version, Bytes query, Sight then) {
    return watch(keys, version, reached -> then.changed(reached, null));
  }

  /**
   * Runs tasks one at a time, in order: what callbacks are called on. Refuses them with {@link
   * java.util.concurrent.RejectedExecutionException} when the access is closed.
   */
  Executor loop();

  /** Runs a task on {@link #loop} after so many milliseconds, unless the handle is run before. */
  Runnable after(long ms, Runnable task);
}
