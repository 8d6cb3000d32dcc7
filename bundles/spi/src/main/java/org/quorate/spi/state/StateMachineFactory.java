package org.quorate.spi.state;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/** Makes one state machine per group; an OSGi service with property {@code quorate.state=<name>}. */
@ConsumerType
public interface StateMachineFactory {
  /** Name used in configuration: {@code kv}. */
  String name();

  /** Options of a group that its state machine takes; decided when the group is created. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /**
   * Makes one.
   *
   * @param options the group's, equal on all its replicas and checked against {@link #parameters}
   */
  StateMachine create(Options options);
}
