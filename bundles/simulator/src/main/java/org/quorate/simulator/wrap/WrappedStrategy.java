package org.quorate.simulator.wrap;

import java.util.List;
import org.quorate.api.GroupId;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;

/** A strategy with something between it and the platform. */
public abstract class WrappedStrategy implements ConsensusStrategy {
  private final ConsensusStrategy strategy;

  protected WrappedStrategy(ConsensusStrategy strategy) {
    this.strategy = strategy;
  }

  /** What the platform runs instead of the protocol. */
  protected PureLoglet wrap(PureLoglet protocol) {
    return protocol;
  }

  /** The same, of a certain link. */
  protected PureLoglet wrap(LinkContext link, PureLoglet protocol) {
    return wrap(protocol);
  }

  /** What the protocol finds on disk. */
  protected Recovered recovered(Recovered found) {
    return found;
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

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return strategy.salvage(found, genesis);
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
      return WrappedStrategy.this.recovered(link.recovered());
    }

    @Override
    public Delivery delivery() {
      return link.delivery();
    }

    @Override
    public Loglet drive(PureLoglet protocol) {
      return link.drive(wrap(link, protocol));
    }
  }
}
