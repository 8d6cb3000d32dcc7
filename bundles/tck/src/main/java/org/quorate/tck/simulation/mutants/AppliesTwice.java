package org.quorate.tck.simulation.mutants;

import org.quorate.api.Bytes;
import org.quorate.kv.KvStateMachine;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.state.StateView;

/** Executes every hundredth version's command twice, as a repeat that slipped through would be. */
public final class AppliesTwice implements StateMachineFactory {
  @Override
  public String name() {
    return "applies-twice";
  }

  @Override
  public StateMachine create() {
    StateMachine machine = new KvStateMachine();
    return new StateMachine() {
      @Override
      public Bytes apply(ApplyContext context, Bytes command) {
        Bytes result = machine.apply(context, command);
        return context.version() % 100 == 99 ? machine.apply(context, command) : result;
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
    };
  }
}
