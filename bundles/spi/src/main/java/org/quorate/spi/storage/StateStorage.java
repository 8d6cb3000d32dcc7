package org.quorate.spi.storage;

import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.GroupId;

/**
 * Opens the state of a node's groups; an OSGi service with property {@code quorate.storage=<name>}.
 * Thread-safe.
 */
@ConsumerType
public interface StateStorage extends AutoCloseable {
  /** Name used in configuration: {@code mapdb}, {@code memory}. */
  String name();

  /** False when a restart loses what it holds. */
  boolean durable();

  /**
   * Opens or creates a group's state.
   *
   * @throws StorageException with kind CORRUPT, NEWER_VERSION, LOCKED (also when it is open in this
   *     process) or IO
   */
  StateStore open(GroupId group);

  /** Where snapshots of the group are received and sent from. */
  SnapshotStore snapshots(GroupId group);

  /**
   * Deletes a group's state and snapshots, if there are any; durable when this returns.
   *
   * @throws IllegalStateException if the state is open
   */
  void delete(GroupId group);

  @Override
  void close();
}
