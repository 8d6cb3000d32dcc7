package org.quorate.kv.osgi;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
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
  public List<Parameter> parameters() {
    return factory.parameters();
  }

  @Override
  public StateMachine create(Options options) {
    return factory.create(options);
  }
}
