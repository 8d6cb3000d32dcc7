package org.quorate.simulator;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** The strategy under test, with its events and effects told to the simulation. */
final class ObservedStrategy extends WrappedStrategy {
  /** Who is told. */
  interface Observer {
    void opened(String strategy, LinkContext link, PureLoglet protocol);

    void stepping(LinkContext link, List<Event> turn);

    void stepped(LinkContext link, List<Event> turn);

    void delivered(LinkContext link, long inner, Bytes payload);

    /** The link goes by a membership from an index on, decided or not. */
    void membership(LinkContext link, Membership effective, long inner);

    void sending(LinkContext link, NodeId to, Message message, Pending after);

    /** The step wrote something: its state has changed. */
    void affected();

    void effect(LinkContext link, String what);

    boolean tracing();
  }

  private final Observer observer;

  ObservedStrategy(ConsensusStrategy strategy, Observer observer) {
    super(strategy);
    this.observer = observer;
  }

  @Override
  protected PureLoglet wrap(LinkContext link, PureLoglet protocol) {
    observer.opened(name(), link, protocol);
    return new Observed(link, protocol, observer);
  }

  /** Passes every effect on; tells those that invariants and traces need. */
  private static final class Observed extends WrappedLoglet {
    private final Observer observer;
    private final LinkContext link;

    Observed(LinkContext link, PureLoglet protocol, Observer observer) {
      super(protocol);
      this.observer = observer;
      this.link = link;
    }

    @Override
    protected List<Event> before(List<Event> turn) {
      observer.stepping(link, turn);
      return turn;
    }

    @Override
    protected void after(List<Event> turn) {
      observer.stepped(link, turn);
    }

    @Override
    public Pending append(long first, List<Bytes> records) {
      observer.affected();
      Pending pending = super.append(first, records);
      if (observer.tracing()) {
        observer.effect(link, "append " + first + "+" + records.size() + " #" + pending.number());
      }
      return pending;
    }

    @Override
    public Pending record(Bytes stable) {
      observer.affected();
      Pending pending = super.record(stable);
      if (observer.tracing()) {
        observer.effect(link, "record #" + pending.number());
      }
      return pending;
    }

    @Override
    public Pending reset(long next) {
      observer.affected();
      if (observer.tracing()) {
        observer.effect(link, "reset to " + next);
      }
      return super.reset(next);
    }

    @Override
    public void trim(long first) {
      if (observer.tracing()) {
        observer.effect(link, "trim below " + first);
      }
      super.trim(first);
    }

    @Override
    public void send(NodeId to, Lane lane, Message message) {
      observer.sending(link, to, message, null);
      super.send(to, lane, message);
    }

    @Override
    public void promise(Pending what, NodeId to, Lane lane, Message message) {
      observer.sending(link, to, message, what);
      super.promise(what, to, lane, message);
    }

    @Override
    public void needSnapshot(NodeId to, long inner, List<NodeId> with) {
      if (observer.tracing()) {
        observer.effect(link, "snapshot for " + to + " from " + inner + " with " + with);
      }
      super.needSnapshot(to, inner, with);
    }

    @Override
    public void deliver(long inner, Bytes payload) {
      observer.delivered(link, inner, payload);
      super.deliver(inner, payload);
    }

    @Override
    public void membership(Membership effective, long inner) {
      observer.membership(link, effective, inner);
      if (observer.tracing()) {
        observer.effect(link, "membership " + effective + " by " + inner);
      }
      super.membership(effective, inner);
    }
  }
}
