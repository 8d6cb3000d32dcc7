package org.quorate.spi.state;

import org.osgi.annotation.versioning.ConsumerType;

/** Makes one state machine per group; an OSGi service with property {@code quorate.state=<name>}. */
@ConsumerType
public interface StateMachineFactory {
  /** Name used in configuration: {@code kv}. */
  String name();

  StateMachine create();
}
