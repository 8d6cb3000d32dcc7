package org.quorate.spi.coordination;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/**
 * Named maker of coordinators; an OSGi service with the property {@code
 * quorate.coordinator.provider=<name>}, made with {@code new} everywhere else. Thread-safe.
 */
@ConsumerType
public interface CoordinatorProvider {
  /** Name used in configuration: {@code native}, {@code zookeeper}. */
  String name();

  /** What it wants to be told where it finds its servers. */
  List<Parameter> parameters();

  /**
   * Opens a coordinator on what the options name.
   *
   * @param client shown to people: who coordinates
   * @param epoch for its fencing tokens: higher than that of every provider that had the keys before
   * @param options checked against {@link #parameters}
   */
  CompletionStage<Coordinator> open(String client, long epoch, Options options);
}
