package org.quorate.simulator;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Traits;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** The strategy under test, with its events and effects told to the simulation. */
final class ObservedStrategy implements ConsensusStrategy {
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

  private final ConsensusStrategy strategy;
  private final Observer observer;

  ObservedStrategy(ConsensusStrategy strategy, Observer observer) {
    this.strategy = strategy;
    this.observer = observer;
  }

  @Override
  public String name() {
    return strategy.name();
  }

  @Override
  public Traits traits() {
    return strategy.traits();
  }

  @Override
  public Loglet open(LinkContext link) {
    return strategy.open(new Context(link));
  }

  private final class Context implements LinkContext {
    private final LinkContext link;

    Context(LinkContext link) {
      this.link = link;
    }

    @Override
    public GroupId group() {
      return link.group();
    }

    @Override
    public long epoch() {
      return link.epoch();
    }

    @Override
    public long planId() {
      return link.planId();
    }

    @Override
    public Member self() {
      return link.self();
    }

    @Override
    public Membership genesis() {
      return link.genesis();
    }

    @Override
    public Options options() {
      return link.options();
    }

    @Override
    public long seed() {
      return link.seed();
    }

    @Override
    public Recovered recovered() {
      return link.recovered();
    }

    @Override
    public Delivery delivery() {
      return link.delivery();
    }

    @Override
    public Loglet drive(PureLoglet protocol) {
      observer.opened(protocol);
      return link.drive(new Observed(protocol));
    }
  }

  private final class Observed implements PureLoglet {
    private final PureLoglet protocol;
    private final ObservedEffects effects = new ObservedEffects(observer);

    Observed(PureLoglet protocol) {
      this.protocol = protocol;
    }

    @Override
    public void step(List<Event> turn, Effects out) {
      observer.stepping(turn);
      effects.out = out;
      protocol.step(turn, effects);
      observer.stepped(turn);
    }

    @Override
    public Message decode(Bytes encoded) {
      return protocol.decode(encoded);
    }

    @Override
    public Bytes linkState(long inner) {
      return protocol.linkState(inner);
    }

    @Override
    public LinkStatus status() {
      return protocol.status();
    }
  }

  /** Passes every effect on; tells those that invariants and traces need. */
  private static final class ObservedEffects extends ForwardingEffects {
    private final Observer observer;

    ObservedEffects(Observer observer) {
      this.observer = observer;
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
