package org.quorate.tck.simulation.mutants;

import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

/** Executes every hundredth version's command twice, as a repeat that slipped through would be. */
public final class AppliesTwice implements StateMachineFactory {
  @Override
  public String name() {
    return "applies-twice";
  }

  @Override
  public StateMachine create(Options options) {
    return new WrappedMachine() {
      @Override
      public Bytes apply(ApplyContext context, Bytes command) {
        Bytes result = super.apply(context, command);
        return context.version() % 100 == 99 ? super.apply(context, command) : result;
      }
    };
  }
}
