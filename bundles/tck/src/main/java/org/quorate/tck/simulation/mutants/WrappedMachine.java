package org.quorate.tck.simulation.mutants;

import org.quorate.api.Bytes;
import org.quorate.kv.KvStateMachine;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/** The key-value state machine with everything passed on, for mutants to change. */
class WrappedMachine implements StateMachine {
  private final StateMachine machine = new KvStateMachine();

  @Override
  public Bytes apply(ApplyContext context, Bytes command) {
    return machine.apply(context, command);
  }

  @Override
  public void leaseEnded(ApplyContext context, long lease) {
    machine.leaseEnded(context, lease);
  }

  @Override
  public Bytes query(StateView view, Bytes query) {
    return machine.query(view, query);
  }

  @Override
  public boolean lengthy(Bytes query) {
    return machine.lengthy(query);
  }

  @Override
  public long stateHash(StateView view) {
    return machine.stateHash(view);
  }
}
