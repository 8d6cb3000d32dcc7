package org.quorate.spi.storage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.GroupId;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/**
 * Opens the logs of a node's links; an OSGi service with property {@code quorate.log=<name>}.
 * Thread-safe. One instance serves one data directory.
 */
@ConsumerType
public interface LogStorage extends AutoCloseable {
  /** Name used in configuration: {@code journal}, {@code mapdb}, {@code memory}. */
  String name();

  /** False when a restart loses what it holds. */
  boolean durable();

  /** Settings of the node that the storage takes. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /**
   * Gives what was set of {@link #parameters}; called before the first {@link #open}.
   *
   * @param set only values that were set
   */
  default void configure(Options set) {}

  /**
   * Opens or creates; recovers before it returns.
   *
   * @param loop runs the completions: the group's loop
   * @throws StorageException with kind CORRUPT, NEWER_VERSION, LOCKED or IO
   */
  LinkStore open(GroupId group, long epoch, Executor loop);

  /** Deletes a link that is closed; it is durable when this returns. Of none there is nothing to do. */
  void delete(GroupId group, long epoch);

  /**
   * Whether {@link #links} is there: a replica moves to a log storage, or away from it, only if it
   * can be found out what the storage holds of a group, since nothing of it may come to life again.
   */
  default boolean movable() {
    return false;
  }

  /**
   * Epochs of the links that it holds of a group, open or not, rising. Blocks.
   *
   * @throws UnsupportedOperationException if it is not {@link #movable}
   */
  default List<Long> links(GroupId group) {
    throw new UnsupportedOperationException("log storage '" + name() + "' cannot list its links");
  }

  /** Figures by name, such as {@code journal.segments}, for metrics and status. */
  default Map<String, Long> figures() {
    return Map.of();
  }

  @Override
  void close();
}
