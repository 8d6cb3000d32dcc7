package org.quorate.simulator;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** The strategy under test, with its events and effects told to the simulation. */
final class ObservedStrategy extends WrappedStrategy {
  /** Who is told. */
  interface Observer {
    void opened(PureLoglet protocol);

    void stepping(List<Event> turn);

    void stepped(List<Event> turn);

    void delivered(long inner, Bytes payload);

    void sending(NodeId to, Message message, Pending after);

    /** The step wrote something: its state has changed. */
    void affected();

    void effect(String what);

    boolean tracing();
  }

  private final Observer observer;

  ObservedStrategy(ConsensusStrategy strategy, Observer observer) {
    super(strategy);
    this.observer = observer;
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    observer.opened(protocol);
    return new Observed(protocol, observer);
  }

  /** Passes every effect on; tells those that invariants and traces need. */
  private static final class Observed extends WrappedLoglet {
    private final Observer observer;

    Observed(PureLoglet protocol, Observer observer) {
      super(protocol);
      this.observer = observer;
    }

    @Override
    protected List<Event> before(List<Event> turn) {
      observer.stepping(turn);
      return turn;
    }

    @Override
    protected void after(List<Event> turn) {
      observer.stepped(turn);
    }

    @Override
    public Pending append(long first, List<Bytes> records) {
      observer.affected();
      Pending pending = super.append(first, records);
      if (observer.tracing()) {
        observer.effect("append " + first + "+" + records.size() + " #" + pending.number());
      }
      return pending;
    }

    @Override
    public Pending record(Bytes stable) {
      observer.affected();
      Pending pending = super.record(stable);
      if (observer.tracing()) {
        observer.effect("record #" + pending.number());
      }
      return pending;
    }

    @Override
    public Pending reset(long next) {
      observer.affected();
      if (observer.tracing()) {
        observer.effect("reset to " + next);
      }
      return super.reset(next);
    }

    @Override
    public void trim(long first) {
      if (observer.tracing()) {
        observer.effect("trim below " + first);
      }
      super.trim(first);
    }

    @Override
    public void send(NodeId to, Lane lane, Message message) {
      observer.sending(to, message, null);
      super.send(to, lane, message);
    }

    @Override
    public void promise(Pending what, NodeId to, Lane lane, Message message) {
      observer.sending(to, message, what);
      super.promise(what, to, lane, message);
    }

    @Override
    public void needSnapshot(NodeId to, long inner) {
      if (observer.tracing()) {
        observer.effect("snapshot for " + to + " from " + inner);
      }
      super.needSnapshot(to, inner);
    }

    @Override
    public void deliver(long inner, Bytes payload) {
      observer.delivered(inner, payload);
      super.deliver(inner, payload);
    }

    @Override
    public void membership(Membership effective, long inner) {
      if (observer.tracing()) {
        observer.effect("membership " + effective + " by " + inner);
      }
      super.membership(effective, inner);
    }
  }
}
