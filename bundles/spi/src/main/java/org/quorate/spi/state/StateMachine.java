package org.quorate.spi.state;

import java.util.List;
import java.util.function.BiConsumer;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * A deterministic service replicated by a group. {@link #apply} and {@link #leaseEnded} run on the
 * group's loop, one at a time, and must depend on nothing but their arguments and the state;
 * {@link #query} may run beside them on other threads.
 *
 * <p>A machine with costly commands may let them be worked out in parallel ({@code apply.threads}):
 * it tells their {@link #footprint} and splits {@code apply} into {@link #prepare}, which only reads,
 * and the completion, which only writes. The result is the same as that of {@code apply}.
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

  /**
   * What a command may touch; null, the default, for one that is always executed by {@link #apply}
   * at its place, alone. On the group's loop, so cheap; a bad command may have any footprint.
   */
  default Footprint footprint(Bytes command) {
    return null;
  }

  /**
   * Works out a command that has a footprint, on any thread and beside others. It must not read what
   * every command writes, such as totals: that is for the completion, which may also be dropped.
   *
   * @param context to read from; it refuses to write
   */
  default Prepared prepare(ApplyContext context, Bytes command) {
    return into -> apply(into, command);
  }
}
