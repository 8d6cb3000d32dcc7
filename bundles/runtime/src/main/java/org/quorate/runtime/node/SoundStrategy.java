package org.quorate.runtime.node;

import java.util.List;
import java.util.function.Supplier;
import org.quorate.core.replica.StrategyException;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A strategy of a bundle that may be of an unfit version: it throws when it is to open a link, or lacks
 * classes or methods it was compiled with. That is an error of the JVM, behind which nobody cleans up;
 * here it becomes an exception that says whose fault it is.
 */
record SoundStrategy(ConsensusStrategy strategy) implements ConsensusStrategy {
  private static final Logger LOG = LoggerFactory.getLogger(SoundStrategy.class);

  @Override
  public String name() {
    return sound(strategy::name);
  }

  @Override
  public Traits traits() {
    return sound(strategy::traits);
  }

  @Override
  public Loglet open(LinkContext link) {
    try {
      return strategy.open(link);
    } catch (RuntimeException | LinkageError e) {
      String why =
          "strategy '"
              + name()
              + "' does not open link "
              + link.epoch()
              + ": "
              + e
              + "; put another version of its bundle ("
              + strategy.getClass().getName()
              + ") in place, then the group opens by itself";
      LOG.error("group {}: {}", link.group(), why, e);
      throw new StrategyException(why, e);
    }
  }

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return sound(() -> strategy.salvage(found, genesis));
  }

  private <T> T sound(Supplier<T> call) {
    try {
      return call.get();
    } catch (LinkageError e) {
      throw new IllegalStateException(
          strategy.getClass().getName() + " does not fit this node, install another version: " + e,
          e);
    }
  }
}
