package org.quorate.kv;

import java.util.List;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

/** Makes key-value state machines with the limits of their groups; its name is {@code kv}. */
public final class KvStateMachineFactory implements StateMachineFactory {
  public static final String NAME = "kv";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Parameter> parameters() {
    return KvParameters.all();
  }

  @Override
  public StateMachine create(Options options) {
    return new KvStateMachine(KvParameters.limits(options));
  }
}
