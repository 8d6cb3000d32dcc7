package org.quorate.spi.coordination;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where keys, sessions and locks can be kept: a provider and its options, under one name on all nodes; an
 * OSGi service with the property {@code quorate.coordinator.place=<name>}. Thread-safe.
 */
@ConsumerType
public interface CoordinatorPlace {
  /** As configured, {@code native:GROUP} for a group. */
  String name();

  /**
   * Opens a coordinator there, a {@link Movable} if the provider can.
   *
   * @param client shown to people: who coordinates
   * @param epoch for its fencing tokens
   * @return one that its user shuts down
   */
  CompletionStage<Coordinator> open(String client, long epoch);
}
