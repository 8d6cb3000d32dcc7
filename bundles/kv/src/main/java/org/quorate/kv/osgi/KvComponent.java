package org.quorate.kv.osgi;

import org.osgi.service.component.annotations.Component;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

/** Publishes the key-value state machine. */
@Component(property = "quorate.state=" + KvStateMachineFactory.NAME)
public final class KvComponent implements StateMachineFactory {
  private final KvStateMachineFactory factory = new KvStateMachineFactory();

  @Override
  public String name() {
    return factory.name();
  }

  @Override
  public StateMachine create() {
    return factory.create();
  }
}
