package org.quorate.spi.state;

import java.util.List;
import java.util.function.BiConsumer;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * A deterministic service replicated by a group. {@link #apply} and {@link #leaseEnded} run on the
 * group's loop, one at a time, and must depend on nothing but their arguments and the state;
 * {@link #query} may run beside them on other threads.
 */
@ConsumerType
public interface StateMachine {
  /**
   * Executes a command. A bad command is answered, never thrown: an exception from here parks the
   * replica, since the replicas could have diverged.
   */
  Bytes apply(ApplyContext context, Bytes command);

  /** A session or lease has expired or was closed: give back what it held. */
  void leaseEnded(ApplyContext context, long lease);

  /**
   * Answers a query from the state.
   *
   * @throws QueryException if it can never be answered
   */
  Bytes query(StateView view, Bytes query);

  /** True for a query that reads much: it is then run off the group's loop. */
  boolean lengthy(Bytes query);

  /**
   * Hash of the logical state, equal on all replicas at equal version and independent of layout and
   * history; kept incrementally, so cheap.
   */
  long stateHash(StateView view);

  /** What a command asks for, key by key; empty if it cannot be told. */
  default List<KeyOperation> operations(Bytes command) {
    return List.of();
  }

  /**
   * Tells what each commit after a version has made of which keys, in the order of the versions.
   *
   * @return false if the state does not have all of that any more, or never has; nothing was told then
   */
  default boolean changes(StateView view, long after, BiConsumer<Long, KeyOperation> to) {
    return false;
  }
}
