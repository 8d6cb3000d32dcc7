package org.quorate.tck.simulation.mutants;

import org.quorate.spi.config.Options;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;

/** Forgets to delete the keys of every lease that has ended. */
public final class KeepsKeysOfLeases implements StateMachineFactory {
  @Override
  public String name() {
    return "keeps-keys-of-leases";
  }

  @Override
  public StateMachine create(Options options) {
    return new WrappedMachine() {
      @Override
      public void leaseEnded(ApplyContext context, long lease) {}
    };
  }
}
