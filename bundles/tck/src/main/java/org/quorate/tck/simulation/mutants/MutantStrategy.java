package org.quorate.tck.simulation.mutants;

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
import org.quorate.spi.consensus.Traits;

/**
 * A strategy that is broken on purpose, in its protocol or in what it finds on disk. Its own
 * invariants apply only where the protocol is not wrapped: they know its class.
 */
public abstract class MutantStrategy implements ConsensusStrategy {
  private final ConsensusStrategy strategy;

  protected MutantStrategy(ConsensusStrategy strategy) {
    this.strategy = strategy;
  }

  /** Breaks the protocol. */
  protected PureLoglet mutate(PureLoglet protocol) {
    return protocol;
  }

  /** Breaks what is found on disk. */
  protected Recovered mutate(Recovered recovered) {
    return recovered;
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
    return strategy.open(
        new LinkContext() {
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
            return mutate(link.recovered());
          }

          @Override
          public Delivery delivery() {
            return link.delivery();
          }

          @Override
          public Loglet drive(PureLoglet protocol) {
            return link.drive(mutate(protocol));
          }
        });
  }
}
