package org.quorate.simulator;

import org.quorate.api.Bytes;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.Footprint;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;

/** The state machine under test, with what it executes told to the simulation. */
final class ObservedMachine implements StateMachine {
  /** Who is told. */
  interface Observer {
    void executed(long version, long session, Bytes command, long timeMs, long stateHash);
  }

  private final StateMachine machine;
  private final Observer observer;

  ObservedMachine(StateMachine machine, Observer observer) {
    this.machine = machine;
    this.observer = observer;
  }

  @Override
  public Bytes apply(ApplyContext context, Bytes command) {
    return executed(context, command, machine.apply(context, command));
  }

  private Bytes executed(ApplyContext context, Bytes command, Bytes result) {
    observer.executed(
        context.version(),
        context.session(),
        command,
        context.timeMs(),
        machine.stateHash(context));
    return result;
  }

  @Override
  public Footprint footprint(Bytes command) {
    return machine.footprint(command);
  }

  @Override
  public Prepared prepare(ApplyContext context, Bytes command) {
    Prepared prepared = machine.prepare(context, command);
    return into -> executed(into, command, prepared.complete(into));
  }

  @Override
  public void leaseEnded(ApplyContext context, long lease) {
    machine.leaseEnded(context, lease);
    observer.executed(context.version(), lease, null, context.timeMs(), machine.stateHash(context));
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
