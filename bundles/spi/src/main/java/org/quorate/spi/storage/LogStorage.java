package org.quorate.spi.storage;

import java.util.Map;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.GroupId;

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

  /**
   * Opens or creates; recovers before it returns.
   *
   * @param loop runs the completions: the group's loop
   * @throws StorageException with kind CORRUPT, NEWER_VERSION, LOCKED or IO
   */
  LinkStore open(GroupId group, long epoch, Executor loop);

  /** Deletes a link that is closed. */
  void delete(GroupId group, long epoch);

  /** Figures by name, such as {@code journal.segments}, for metrics and status. */
  default Map<String, Long> figures() {
    return Map.of();
  }

  @Override
  void close();
}
