package org.quorate.tck.simulation.mutants;

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
import org.quorate.spi.consensus.Traits;

/** A strategy whose protocol is wrapped. Its own invariants are left out: others must catch it. */
abstract class MutantStrategy implements ConsensusStrategy {
  private final ConsensusStrategy strategy;

  MutantStrategy(ConsensusStrategy strategy) {
    this.strategy = strategy;
  }

  /** Breaks the protocol. */
  abstract PureLoglet mutate(PureLoglet protocol);

  @Override
  public String name() {
    return strategy.name();
  }

  @Override
  public Traits traits() {
    Traits t = strategy.traits();
    return new Traits(
        t.roles(), t.everyMemberProposes(), t.minWire(), t.maxWire(), t.parameters(), List.of());
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
            return link.recovered();
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
