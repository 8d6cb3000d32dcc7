package org.quorate.kv;

import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

/** Makes key-value state machines with the default limits; its name is {@code kv}. */
public final class KvStateMachineFactory implements StateMachineFactory {
  public static final String NAME = "kv";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StateMachine create() {
    return new KvStateMachine();
  }
}
